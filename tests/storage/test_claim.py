from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Arrival, State, Timer, Visit
from slackbot.core.policy import Severity
from storage.outbox_rows import OutboxRow, OutboxState
from storage.pace import POST, Pace, Rate
from tests.storage.house import (
    LEASE,
    NOW,
    SECOND,
    House,
    acknowledged,
    at,
    card,
    card_edit,
    furnish,
    moment,
    over,
    ping,
)


def test_a_claimed_message_is_leased_to_one(house: House) -> None:
    """A claim counts the attempt, raises the token and ends at an instant; nobody else gets the row meanwhile."""
    house.want(house.stored(), card())
    row = house.claim_one()
    assert (row.state, row.token, row.attempt) == (OutboxState.LEASED, 1, 1)
    assert (row.lease_until, row.attempt_started_at) == (NOW + LEASE, NOW)
    assert house.claim(at(5)).rows == []
    with house.store.read() as tx:
        assert moment(tx, at(5)) == NOW + LEASE


def test_messages_of_a_stream_leave_in_order(house: House) -> None:
    """The second message of a stream waits while the first is pending, leased or unknown; other streams go on."""
    case = house.stored()
    house.want(case, card(), ping(1), Wanted(Kind.CASE, 0, "U1"))
    assert [row.kind for row in house.claim().rows] == [Kind.CARD, Kind.CASE]
    first = house.row(1)
    assert house.claim(at(5)).rows == []
    with house.store.write() as tx:
        tx.outbox.unknown(first.id, first.token, at(9), "timeout")
    assert house.claim(at(6)).rows == []
    with house.store.write() as tx:
        tx.outbox.resolve_unknown(first.id, "sent")
    assert house.claim_one(at(7)).kind is Kind.PING


def test_a_message_put_off_holds_back_its_stream(house: House) -> None:
    """A first message waiting for its retry is not overtaken by the second."""
    house.want(house.stored(), card(), ping(1))
    row = house.claim_one()
    with house.store.write() as tx:
        tx.outbox.retry(row.id, row.token, at(60), "timeout", count=True)
    assert house.claim(at(30)).rows == []
    with house.store.read() as tx:
        assert moment(tx, at(30)) == at(60)
    assert house.claim_one(at(60)).id == row.id


def test_no_ping_is_claimed_after_the_acknowledgement(house: House) -> None:
    """A ping still waiting when somebody takes the case becomes obsolete and is handed back for the history."""
    case = house.stored()
    house.want(case, ping(1))
    house.save(acknowledged(case))
    claim = house.claim()
    assert claim.rows == []
    assert [(row.kind, row.state) for row in claim.suppressed] == [(Kind.PING, OutboxState.OBSOLETE)]
    assert house.claim().suppressed == []


def test_a_ping_of_an_earlier_visit_is_not_wanted(house: House) -> None:
    """Waiting again at the next visit does not revive the pings of the last one."""
    case = house.stored()
    house.want(case, ping(1))
    house.save(replace(case, visit=Visit(2, 1, Arrival.NO_ANSWER, NOW, Timer(NOW))))
    assert [row.visit for row in house.claim().suppressed] == [1]


def test_an_owner_is_called_only_while_the_case_is_taken(house: House) -> None:
    """An owner's ping leaves while the case is acknowledged, and becomes obsolete when it is not."""
    case = house.stored()
    house.want(case, Wanted(Kind.OWNER_PING, 1, "C1", 1))
    taken = house.save(acknowledged(case))
    first = house.claim_one()
    assert first.kind is Kind.OWNER_PING
    house.post(first)
    house.want(taken, Wanted(Kind.OWNER_PING, 1, "C1", 2))
    house.save(over(taken))
    assert [row.ordinal for row in house.claim(at(5)).suppressed] == [2]


def test_an_edit_waits_for_its_post(house: House) -> None:
    """A card is edited only once it is visible, and the agent's case likewise."""
    case = house.stored()
    house.want(case, card_edit(), Wanted(Kind.CASE_EDIT, 0), card(), Wanted(Kind.CASE, 0, "U1"))
    posts = house.claim().rows
    assert [row.kind for row in posts] == [Kind.CARD, Kind.CASE]
    assert house.claim(at(5)).rows == []
    house.post(posts[0])
    assert house.claim_one(at(6)).kind is Kind.CARD_EDIT
    house.post(posts[1])
    assert house.claim_one(at(7)).kind is Kind.CASE_EDIT


def test_an_edit_of_a_post_that_never_comes_is_dropped(house: House) -> None:
    """When the card is dead its edit becomes obsolete, quietly: no call was missed."""
    case = house.stored()
    house.want(case, card(), card_edit())
    row = house.claim_one()
    with house.store.write() as tx:
        tx.outbox.finish(row.id, row.token, "dead", "is_archived")
    claim = house.claim(at(5))
    assert (claim.rows, claim.suppressed) == ([], [])
    assert house.row(row.id + 1).state is OutboxState.OBSOLETE


def test_an_edit_of_a_removed_post_is_dropped(house: House) -> None:
    """A card that is no longer visible is not edited."""
    case = house.stored()
    house.want(case, card(), card_edit())
    house.post(house.claim_one(), "1.0")
    with house.store.write() as tx:
        assert tx.messages.removed(case.workspace_id, "C1-channel", "1.0", NOW)
    assert house.claim(at(5)).rows == []
    with house.store.read() as tx:
        assert tx.outbox.counts() == {"sent": 1, "obsolete": 1}


def test_the_most_urgent_leaves_first(house: House) -> None:
    """In one channel an urgent card overtakes older ones; then order of arrival counts."""
    severities = [Severity.LOW, Severity.NORMAL, Severity.URGENT, Severity.NORMAL]
    cases = [house.stored(severity=severity) for severity in severities]
    for case in cases:
        house.want(case, card())
    left = [house.claim_one(at(n)).escalation_id for n in range(4)]
    assert left == [cases[n].id for n in (2, 1, 3, 0)]


def test_the_limit_takes_the_most_urgent(house: House) -> None:
    """With room for one, the urgent channel wins over the older one."""
    house.want(house.stored(), card("C1"))
    house.want(house.stored(severity=Severity.URGENT), card("C2"))
    assert [row.destination for row in house.claim(limit=1).rows] == ["C2"]


def test_channels_take_turns(house: House) -> None:
    """A channel with an old backlog does not have the workspace's pace for itself: who was served last waits."""
    for destination in ("C1", "C1", "C1", "C2", "C2", "C2"):
        house.want(house.stored(), card(destination))
    pace = Pace(channel=Rate(SECOND, 1), posts=Rate(SECOND, 1))
    with house.store.write() as tx:
        served = [
            row.destination
            for second in range(0, 12, 2)
            for row in tx.outbox.claim(at(second), lease=LEASE, limit=8, pace=pace).rows
        ]
    assert served == ["C1", "C2"] * 3


def test_one_post_a_second_and_channel(house: House) -> None:
    """Posts to one channel leave a second apart; other channels do not wait for it."""
    for _ in range(3):
        house.want(house.stored(), card("C1"))
    house.want(house.stored(), card("C2"))
    assert [row.destination for row in house.claim().rows] == ["C1", "C2"]
    assert house.claim(at(0.999)).rows == []
    with house.store.read() as tx:
        assert moment(tx, at(0.5)) == at(1)
    assert len(house.claim(at(1)).rows) == 1
    assert len(house.claim(at(9)).rows) == 1


def test_a_workspace_posts_a_burst_and_then_at_its_pace(house: House) -> None:
    """Twenty channels at once, then five a second; another workspace has its own pace."""
    for n in range(30):
        house.want(house.stored(), card(f"C{n}"))
    other = furnish(house.store, "T2")
    other.want(other.stored(), card("C0"))
    rows = house.claim().rows
    assert len([row for row in rows if row.workspace_id == house.workspace_id]) == 20
    assert len([row for row in rows if row.workspace_id == other.workspace_id]) == 1
    with house.store.read() as tx:
        assert moment(tx, NOW) == at(0.2)
    assert len(house.claim(at(0.2)).rows) == 1
    assert len(house.claim(at(1.2)).rows) == 5


def test_edits_have_the_pace_of_the_workspace(house: House) -> None:
    """Ten edits at once, then one every 1.2 s, in whatever channels their posts are."""
    for n in range(12):
        case = house.stored()
        house.want(case, card(f"C{n}"), card_edit())
    for row in house.claim().rows:
        house.post(row)
    assert len(house.claim(at(1)).rows) == 10
    assert house.claim(at(2)).rows == []
    with house.store.read() as tx:
        assert moment(tx, at(2)) == at(2.2)
    assert len(house.claim(at(2.2)).rows) == 1


def test_a_paused_channel_stops_no_other(house: House) -> None:
    """Retry-After silences its own lane until its instant; a shorter pause does not shorten it."""
    house.want(house.stored(), card("C1"))
    house.want(house.stored(), card("C2"))
    with house.store.write() as tx:
        tx.lanes.pause(house.workspace_id, "chat.postMessage", "C1", at(30))
        tx.lanes.pause(house.workspace_id, "chat.postMessage", "C1", at(10))
        assert tx.lanes.paused(NOW) == [(house.workspace_id, "chat.postMessage", "C1", at(30))]
    assert house.claim_one().destination == "C2"
    with house.store.read() as tx:
        assert moment(tx, at(20)) == NOW + LEASE
    with house.store.write() as tx:
        tx.outbox.expire_leases(NOW + LEASE, quiet=100 * SECOND)
    with house.store.read() as tx:
        assert moment(tx, at(20)) == at(30)
    assert house.claim_one(at(30)).destination == "C1"


def test_a_paused_workspace_posts_nothing_and_still_edits(house: House) -> None:
    """A pause of the whole workspace holds for its method alone."""
    case = house.stored()
    house.want(case, card(), card_edit(), ping(1))
    house.post(house.claim_one())
    with house.store.write() as tx:
        tx.lanes.pause(house.workspace_id, "chat.postMessage", "", at(60))
    assert house.claim_one(at(5)).kind is Kind.CARD_EDIT
    assert house.claim_one(at(60)).kind is Kind.PING


def test_a_suppressed_ping_costs_no_place(house: House) -> None:
    """Pings nobody wants any more neither take a channel's turn nor its pace."""
    cases = [house.stored() for _ in range(5)]
    for case in cases:
        house.want(case, ping(1))
    for case in cases[:4]:
        house.save(replace(case, state=State.RESOLVED, resolved_at=NOW))
    claim = house.claim()
    assert len(claim.suppressed) == 4
    assert [row.escalation_id for row in claim.rows] == [cases[4].id]


def test_nothing_to_say_has_no_moment(house: House) -> None:
    """An outbox at rest asks for no wake-up and a claim finds nothing."""
    with house.store.read() as tx:
        assert moment(tx, NOW) is None
    claim = house.claim()
    assert (claim.rows, claim.suppressed) == ([], [])


def test_the_moment_is_kept(house: House) -> None:
    """Claiming at each announced moment sends everything and never wakes in vain."""
    for n in range(40):
        case = house.stored()
        house.want(case, card(f"C{n % 3}"), card_edit(), ping(1, f"C{n % 3}"))
    now, sent = NOW, 0
    while True:
        with house.store.read() as tx:
            following = tx.outbox.next_departure(now)
        if following is None:
            break
        now = following
        rows = house.claim(now).rows
        assert rows
        sent += len(rows)
        _settle(house, rows, now)
    assert sent == 120
    assert now < at(40)


def _settle(house: House, rows: list[OutboxRow], now: datetime) -> None:
    for row in rows:
        if row.method == POST:
            house.post(row, f"{row.id}.0", now)
        else:
            with house.store.write() as tx:
                assert tx.outbox.settle_edit(row.id, row.token, row.wanted_version, now)
