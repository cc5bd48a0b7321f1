"""`users.*` and `usergroups.*`: who is there (docs.slack.dev/reference/methods/users.info, /usergroups.list, ...)."""

from __future__ import annotations

from slackbot.simulator.model import Group, Json, Person
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.shapes import group_json, person_json
from slackbot.simulator.web_api.call import Call
from slackbot.simulator.web_api.conversations import page_limit
from slackbot.simulator.web_api.paging import next_cursor

_USERS_DEFAULT = 1000


def user_info(call: Call) -> Json:
    """`users.info`: one person, zone included; the e-mail address only with `users:read.email`."""
    person = call.workspace.person(call.args.text("user"))
    if person is None:
        raise RefusedError("user_not_found", "there is nobody of that id")
    return {"user": _shown(call, person)}


def list_users(call: Call) -> Json:
    """`users.list`: everybody, bots and deactivated people included."""
    if call.rules.users_list_needs_limit and not call.args.sent("limit"):
        raise RefusedError("limit_required", "a big workspace is listed page by page")
    page, cursor = call.pager.cut(
        call.fact.name,
        call.workspace.people(),
        cursor=call.args.text("cursor"),
        limit=page_limit(call, _USERS_DEFAULT),
    )
    at = int(call.workspace.clock.now().timestamp())
    return {"members": [_shown(call, each) for each in page], "cache_ts": at, **next_cursor(cursor)}


def lookup_by_email(call: Call) -> Json:
    """`users.lookupByEmail`: the active person with an e-mail address, in any spelling of case."""
    wanted = call.args.text("email").casefold()
    for person in call.workspace.people():
        if not person.deleted and person.email and person.email.casefold() == wanted:
            return {"user": _shown(call, person)}
    raise RefusedError("users_not_found", "nobody active has that e-mail address")


def list_groups(call: Call) -> Json:
    """`usergroups.list`: the user groups, disabled ones when asked; exists on paid plans only."""
    _check_plan(call)
    disabled_too = call.args.flag("include_disabled")
    groups = [each for each in call.workspace.groups() if disabled_too or not each.disabled]
    return {
        "usergroups": [
            group_json(
                each,
                team_id=call.workspace.team_id,
                users=call.args.flag("include_users"),
                count=call.args.flag("include_count"),
                at=call.workspace.clock.now(),
            )
            for each in groups
        ]
    }


def group_users(call: Call) -> Json:
    """`usergroups.users.list`: the ids of a group's members; a disabled group must be asked for."""
    _check_plan(call)
    group: Group | None = call.workspace.group(call.args.text("usergroup"))
    if group is None or (group.disabled and not call.args.flag("include_disabled")):
        raise RefusedError("no_such_subteam", "there is no enabled user group of that id")
    return {"users": list(group.members)}


def _check_plan(call: Call) -> None:
    if not call.workspace.paid_plan:
        raise RefusedError("plan_upgrade_required", "user groups exist on paid plans only")


def _shown(call: Call, person: Person) -> Json:
    return person_json(
        person,
        at=call.workspace.clock.now(),
        email="users:read.email" in call.app.scopes,
        locale=call.args.flag("include_locale"),
    )
