"""The races: what three processes are told to do at once, and what must be true of how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from slackbot.core.messages import Kind
from slackbot.core.model import Escalation, State
from slackbot.services.reactions import LEASE
from storage.outbox_rows import OutboxState
from storage.pace import DEFAULT_PACE, POST
from storage.tables.cases import escalations
from storage.tables.delivery import lanes, outbox
from storage.tables.directory import policy_versions
from tests.races.ground import Ground
from tests.races.racers import RACERS, Order
from tests.storage.house import card, ping

Judge = Callable[[Sequence[str]], str]
"""Looks at how each racer ended, and at the database; says in a word how the round went, or fails."""

SECOND = timedelta(seconds=1)
FORM = {"category": "Billing", "summary": "refund stuck", "customer": "Nordic", "tried": "all", "asked": "help"}


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a race, ready to start."""

    orders: Sequence[Order]
    judge: Judge


def _take(ground: Ground, number: int, case: Escalation) -> Order:
    told = {"who": ground.person(number), "case": case.id, "key": f"{ground.now.isoformat()}:{number}"}
    return Order("take", told, ground.now)


def _claim(ground: Ground) -> Order:
    return Order("claim", {}, ground.now)


def ack_and_ping(ground: Ground) -> Round:
    """A ping is claimed before the acknowledgement commits, or never, and by one claim only."""
    case = ground.case()
    ground.house.want(case, ping(1), now=ground.now)
    (row,) = ground.rows()

    def judge(ends: Sequence[str]) -> str:
        assert ends[0] == "done"
        claims = [each for end in ends[1:] for each in end.split() if each.startswith(f"{row.id}:")]
        assert claims in ([], [f"{row.id}:1"])
        again = ground.house.claim(ground.now + SECOND)
        assert row.id not in [claimed.id for claimed in again.rows], "claimed after the acknowledgement"
        if not claims:
            suppressed = ground.codes(case).count("ping_suppressed")
            assert suppressed + [late.id for late in again.suppressed].count(row.id) == 1
            return "acknowledged first"
        assert ground.committed(outbox, row.id) <= ground.committed(escalations, case.id), "claimed too late"
        return "claimed first"

    return Round([_take(ground, 0, case), _claim(ground), _claim(ground)], judge)


def ack_and_ack(ground: Ground) -> Round:
    """Of three who take a case one gets it, and the others are told so."""
    case = ground.case()

    def judge(ends: Sequence[str]) -> str:
        assert sorted(ends) == ["declined: already_taken", "declined: already_taken", "done"]
        winner = ends.index("done")
        assert ground.found(case).owner == ground.person(winner)
        assert ground.versions(case) == [1, 2]
        assert ground.codes(case).count("acknowledged") == 1
        return f"process {winner + 1} had it"

    return Round([_take(ground, n, case) for n in range(RACERS)], judge)


def ack_and_resolve(ground: Ground) -> Round:
    """Each decision stands on the one before it: taken and then resolved, or resolved and then not taken."""
    case = ground.case()
    told = {"who": ground.person(1), "case": case.id, "key": f"{ground.now.isoformat()}:solve"}
    orders = [_take(ground, 0, case), Order("solve", told, ground.now), _take(ground, 2, case)]

    def judge(ends: Sequence[str]) -> str:
        after = ground.found(case)
        decided = [code for code in ground.codes(case) if code in {"acknowledged", "resolved"}]
        assert ground.versions(case) == list(range(1, after.version + 1))
        assert after.version == 1 + ends.count("done") == 1 + len(decided)
        assert (after.state is State.RESOLVED) == (ends[1] == "done")
        assert decided in (["acknowledged", "resolved"], ["resolved"], ["acknowledged"])
        return " and ".join(decided)

    return Round(orders, judge)


def policy_and_escalate(ground: Ground) -> Round:
    """Of two changes of the policy one is made; a case has the version that was in force when it was stored."""
    with ground.store.read() as tx:
        latest = tx.policies.latest(ground.house.workspace_id)
    assert latest is not None
    apply = Order("apply", {"after": latest.number, "text": ground.now.isoformat()}, ground.now)
    told = {"who": ground.person(0), "text": f"refund stuck {ground.now.isoformat()} category:Account customer:Nordic"}
    before = ground.count_cases()

    def judge(ends: Sequence[str]) -> str:
        assert sorted(ends[:2]) == ["done", "refused"]
        assert ends[2].isdigit()
        assert ground.count_cases() == before + 1
        with ground.store.read() as tx:
            newest = tx.policies.latest(ground.house.workspace_id)
            in_force = tx.workspaces.policy_version(ground.house.workspace_id)
        assert newest is not None
        assert (newest.number, newest.id) == (latest.number + 1, in_force)
        case = ground.numbered(int(ends[2]))
        changed_at = ground.committed(policy_versions, newest.id)
        is_new = case.policy_version == newest.id
        assert is_new or case.policy_version == latest.id
        assert is_new == (ground.committed(escalations, case.id) > changed_at)
        return "raised under the new one" if is_new else "raised under the old one"

    return Round([apply, apply, Order("say", told, ground.now)], judge)


def submit_and_submit(ground: Ground) -> Round:
    """The same form, or the same words of the same person, raise one case however often they come."""
    before, stamp = ground.count_cases(), ground.now.isoformat()
    if ground.chance.random() < 0.5:
        kind, order = "a form", Order("submit", {"who": ground.person(0), "view": stamp, "values": FORM}, ground.now)
    else:
        text = f"refund stuck {stamp} category:Account customer:Nordic"
        kind, order = "a line", Order("say", {"who": ground.person(0), "text": text}, ground.now)

    def judge(ends: Sequence[str]) -> str:
        (number,) = set(ends)
        assert ground.count_cases() == before + 1
        case = ground.numbered(int(number))
        assert ground.codes(case).count("raised") == 1
        wanted = [row for row in ground.rows() if row.escalation_id == case.id]
        assert [row.kind for row in wanted].count(Kind.CARD) == 1
        return kind

    return Round([order] * RACERS, judge)


def claim_and_claim(ground: Ground) -> Round:
    """No row is claimed twice, and together the claims keep the pace of each channel and of the workspace."""
    for n in range(12):
        ground.house.want(ground.case(), card(f"C{n % 6}"), now=ground.now)

    def judge(ends: Sequence[str]) -> str:
        claimed = [each for end in ends for each in end.split()]
        rows = {row.id: row for row in ground.rows()}
        leased = [row for row in rows.values() if row.state is OutboxState.LEASED]
        assert sorted(claimed) == sorted(f"{row.id}:1" for row in leased)
        places = [row.destination for row in leased]
        assert len(places) == len(set(places)) == 6
        with ground.store.read() as tx:
            whole = tx.connection.execute(lanes.select().where(lanes.c.channel == "", lanes.c.method == POST)).one()
        assert whole.next_send_at == ground.now + len(leased) * DEFAULT_PACE.posts.interval
        return f"{sum(map(bool, ends))} of 3 got some"

    return Round([_claim(ground)] * RACERS, judge)


def expiry_and_completion(ground: Ground) -> Round:
    """A lease that ends while its holder settles: one of the two holds, and the other finds that out."""
    case = ground.case()
    ground.house.want(case, card(), now=ground.now)
    held = ground.house.claim_one(ground.now)
    late = ground.now + LEASE * 2
    settle = Order("settle", {"row": held.id, "held": held, "ts": "1.0"}, late)
    again = Order("send again", {}, late)

    def judge(ends: Sequence[str]) -> str:
        claims = [each for end in ends[1:] for each in end.split() if each.startswith(f"{held.id}:")]
        row = next(row for row in ground.rows() if row.id == held.id)
        with ground.store.read() as tx:
            known = [each.ts for each in tx.messages.of(case.workspace_id, case.id)]
        if ends[0] == "settled":
            assert (claims, row.state, row.token, known) == ([], OutboxState.SENT, 1, ["1.0"])
            return "settled in time, or found to be there"
        assert ends[0] == "too late"
        assert len(claims) <= 1
        assert (row.state, row.token, known) in (
            (OutboxState.LEASED, 2, []),
            (OutboxState.PENDING, 1, []),
        )
        assert claims == ([f"{row.id}:2"] if row.token == 2 else [])
        return "sent again"

    return Round([settle, again, again], judge)


RACES: Mapping[str, Callable[[Ground], Round]] = {
    "ack x ping": ack_and_ping,
    "ack x ack": ack_and_ack,
    "ack x resolve": ack_and_resolve,
    "policy change x escalate": policy_and_escalate,
    "submit x submit": submit_and_submit,
    "claim x claim": claim_and_claim,
    "lease expiry x late completion": expiry_and_completion,
}
