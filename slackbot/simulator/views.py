"""The modals and Home tabs on people's screens: opened, pushed, updated, filled in, closed.

Sources: docs.slack.dev/surfaces/modals and docs.slack.dev/reference/methods/views.update. Content is taken as checked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slackbot.simulator.changes import Changes
from slackbot.simulator.element_state import element_state, initial_state, kept_state, with_ids
from slackbot.simulator.model import Json, View
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.triggers import Triggers

STACK_LIMIT = 3


class Views:
    """Every live view; a person has one stack of modals, at most three high, and one Home tab."""

    def __init__(self, changes: Changes, triggers: Triggers) -> None:
        self._changes = changes
        self._triggers = triggers
        self._live: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, str] = {}

    def get(self, view_id: str) -> View | None:
        """Find a live view."""
        with self._changes.lock:
            return self._live.get(view_id)

    def by_external_id(self, external_id: str) -> View | None:
        """Find a live view by the app's own id."""
        with self._changes.lock:
            found = (each for each in self._live.values() if each.external_id == external_id)
            return next(found, None) if external_id else None

    def stack(self, user_id: str) -> list[View]:
        """List a person's open modals, the one on top last."""
        with self._changes.lock:
            return [self._live[view_id] for view_id in self._stacks.get(user_id, ())]

    def home(self, user_id: str) -> View | None:
        """Find what was published to a person's Home tab."""
        with self._changes.lock:
            return self._live.get(self._homes.get(user_id, ""))

    def open(self, trigger_id: str, content: Json) -> View:
        """Show a modal, in place of any other the person had open; raises `RefusedError` over the trigger or the id."""
        with self._changes.lock:
            trigger = self._triggers.look(trigger_id)
            old = self._stacks.get(trigger.user, [])
            self._check_external_id(content, besides=set(old))
            self._triggers.spend(trigger)
            self._drop(old)
            view = self._fresh(trigger.user, content, below=None)
            self._stacks[trigger.user] = [view.id]
            return view

    def push(self, trigger_id: str, content: Json) -> View:
        """Put a modal on top of the one whose interaction gave the trigger; raises `RefusedError`."""
        with self._changes.lock:
            trigger = self._triggers.look(trigger_id)
            if trigger.in_view is None:
                raise RefusedError("not_found", "views.push needs a trigger from inside a modal")
            below = self._live.get(trigger.in_view)
            if below is None or below.id not in self._stacks.get(trigger.user, ()):
                raise RefusedError("not_found", "the modal the trigger came from is closed")
            view = self.push_onto(below, content)
            self._triggers.spend(trigger)
            return view

    def push_onto(self, below: View, content: Json) -> View:
        """Put a modal on top of a person's stack, as the ack's `response_action: push` does; raises `RefusedError`."""
        with self._changes.lock:
            stack = self._stacks[below.user]
            if len(stack) >= STACK_LIMIT:
                raise RefusedError("push_limit_reached", f"at most {STACK_LIMIT} modals lie on each other")
            self._check_external_id(content, besides=set())
            view = self._fresh(below.user, content, below=self._live[stack[-1]])
            stack.append(view.id)
            return view

    def update(self, view_id: str, content: Json, *, expected_hash: str | None = None) -> View:
        """Put other content into a live view; fields with unchanged ids keep what stands in them.

        Raises `RefusedError`: `not_found` when it is closed, `hash_conflict` when it changed since `expected_hash`.
        """
        with self._changes.lock:
            view = self._live.get(view_id)
            if view is None:
                raise RefusedError("not_found", "the view is closed or never was")
            if expected_hash and expected_hash != view.hash:
                raise RefusedError("hash_conflict", "the view changed since the hash was read")
            self._check_external_id(content, besides={view_id})
            blocks = with_ids(content.get("blocks", ()), self._changes.next_serial())
            changed = replace(
                view,
                content={**content, "blocks": list(blocks)},
                state=kept_state(blocks, view.state),
                hash=self._new_hash(),
                changed_at=self._changes.now(),
            )
            return self._keep(changed)

    def publish(self, user_id: str, content: Json, *, expected_hash: str | None = None) -> View:
        """Put content onto a person's Home tab; raises `RefusedError` as `update` does."""
        with self._changes.lock:
            home = self.home(user_id)
            if home is not None:
                return self.update(home.id, content, expected_hash=expected_hash)
            if expected_hash:
                raise RefusedError("hash_conflict", "nothing was published yet, so no hash can match")
            self._check_external_id(content, besides=set())
            view = self._fresh(user_id, content, below=None)
            self._homes[user_id] = view.id
            return view

    def set_field(self, view_id: str, block_id: str, action_id: str, value: Any) -> View:
        """Fill a field in, as a person does; raises KeyError when the view or the field is not there.

        `value` is what the payload will carry: a text, an option object, a list of options or ids.
        """
        with self._changes.lock:
            view = self._live[view_id]
            kind = str(view.state[block_id][action_id]["type"])
            actions = {**view.state[block_id], action_id: element_state(kind, value)}
            changed = replace(view, state={**view.state, block_id: actions})
            return self._keep(changed)

    def close(self, view_id: str) -> list[View]:
        """Close a modal and all above it; list them, the topmost first. What is not open stays so."""
        with self._changes.lock:
            for user_id, stack in self._stacks.items():
                if view_id in stack:
                    at = stack.index(view_id)
                    self._stacks[user_id] = stack[:at]
                    return self._drop(stack[at:])
            return []

    def clear(self, user_id: str) -> list[View]:
        """Close a person's whole stack; list what was open, the topmost first."""
        with self._changes.lock:
            return self._drop(self._stacks.pop(user_id, []))

    def _drop(self, view_ids: list[str]) -> list[View]:
        gone = [self._live.pop(view_id) for view_id in reversed(view_ids)]
        self._changes.touch()
        return gone

    def _fresh(self, user_id: str, content: Json, *, below: View | None) -> View:
        serial = self._changes.next_serial()
        blocks = with_ids(content.get("blocks", ()), serial)
        view_id = f"V{serial:07d}"
        now = self._changes.now()
        view = View(
            id=view_id,
            user=user_id,
            content={**content, "blocks": list(blocks)},
            state=initial_state(blocks),
            hash=self._new_hash(),
            root_id=below.root_id if below else view_id,
            previous_id=below.id if below else None,
            opened_at=now,
            changed_at=now,
        )
        return self._keep(view)

    def _keep(self, view: View) -> View:
        self._live[view.id] = view
        self._changes.touch()
        return view

    def _new_hash(self) -> str:
        now = int(self._changes.now().timestamp())
        return f"{now}.{self._changes.next_serial():08x}"

    def _check_external_id(self, content: Json, *, besides: set[str]) -> None:
        taken = self.by_external_id(str(content.get("external_id") or ""))
        if taken is not None and taken.id not in besides:
            raise RefusedError("duplicate_external_id", "an external_id belongs to one live view")
