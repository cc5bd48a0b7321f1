"""What is stored about trouble: refused tokens, stopped workspaces, warnings given, calls that others overtook."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Person
from storage.outbox_rows import OutboxState
from storage.pace import POST, UPDATE
from storage.refusals import Refusal
from tests.storage.house import LEASE, MINUTE, NOW, House, at, card, card_edit, furnish, ping

HOUR = timedelta(hours=1)


def test_a_refusal_stands_until_nothing_contradicts_it(house: House) -> None:
    """The first instant stays, the newest error counts, and only a reopened one that was not refused again is over."""
    place = house.workspace_id
    with house.store.write() as tx:
        tx.refusals.note(place, "revoked", NOW, at(60))
        tx.refusals.told(place, at(1))
        tx.refusals.note(place, "inactive", at(5), at(65))
        assert tx.refusals.all() == [Refusal(place, "inactive", NOW, at(60), at(1))]
        assert not tx.refusals.over(place)
        tx.refusals.checked(place, at(120), at(60))
        tx.refusals.note(place, "inactive", at(61), at(121))
        assert not tx.refusals.over(place), "a message was refused after the check"
        tx.refusals.checked(place, at(180), at(120))
        assert tx.refusals.over(place)
        assert tx.refusals.all() == []


def test_a_stopped_workspace_sends_nothing(house: House) -> None:
    """With both of its lanes paused nothing of it leaves, another workspace goes on, and it resumes at once."""
    other = furnish(house.store, "T2")
    house.want(house.stored(), card())
    other.want(other.stored(), card())
    with house.store.write() as tx:
        for method in (POST, UPDATE):
            tx.lanes.pause(house.workspace_id, method, "", at(600))
        tx.lanes.pause(house.workspace_id, POST, "C9", at(600))
    assert [row.workspace_id for row in house.claim(at(1)).rows] == [other.workspace_id]
    with house.store.write() as tx:
        tx.lanes.resume(house.workspace_id, at(2))
        assert [lane[2] for lane in tx.lanes.paused(at(2))] == ["C9"]
    assert house.claim_one(at(2)).workspace_id == house.workspace_id


def test_a_subject_is_told_of_once_in_a_while(house: House) -> None:
    """The same subject may be told of again after its time; subjects and workspaces know nothing of each other."""
    other = furnish(house.store, "T2")
    with house.store.write() as tx:
        asked = [
            tx.warnings.take(workspace, subject, now, every=HOUR)
            for workspace, subject, now in (
                (house.workspace_id, "tier:a:0", NOW),
                (house.workspace_id, "tier:a:0", NOW + HOUR - MINUTE),
                (house.workspace_id, "tier:a:1", NOW),
                (other.workspace_id, "tier:a:0", NOW),
                (house.workspace_id, "tier:a:0", NOW + HOUR),
                (house.workspace_id, "tier:a:0", NOW + HOUR + MINUTE),
            )
        ]
    assert asked == [True, False, True, True, True, False]


def overtaken(house: House, *wanted: Wanted) -> list[tuple[Kind, int, str | None]]:
    """Want messages of a case one after the other, and say which of them were let go."""
    case, gone = house.stored(), []
    for message in wanted:
        house.want(case, message)
        with house.store.write() as tx:
            gone += [(row.kind, row.ordinal, row.error) for row in tx.outbox.overtake([(case, message)])]
    return gone


def test_a_later_call_overtakes_an_earlier_one(house: House) -> None:
    """Of pings, catcher's calls and owner's calls that have not left the newest of each visit and place stays."""
    last = Wanted(Kind.PING_BROADCAST, 1, "C1", 3)
    assert overtaken(house, ping(1), ping(2), last) == [
        (Kind.PING, 1, "overtaken"),
        (Kind.PING, 2, "overtaken"),
    ]
    first, again, elsewhere = (Wanted(Kind.CATCHER, 1, place, n) for place, n in (("C7", 1), ("C7", 2), ("C8", 2)))
    assert overtaken(house, first, again, elsewhere) == [(Kind.CATCHER, 1, "overtaken")]
    assert overtaken(house, ping(1), ping(2, visit=2)) == []


def test_a_card_that_has_not_left_calls_by_itself(house: House) -> None:
    """A ping of a visit whose card is still to leave is needless; an edit is none of that."""
    assert overtaken(house, card(), card_edit(), ping(1)) == [(Kind.PING, 1, "card_first")]


def test_what_is_on_its_way_is_overtaken_by_nothing(house: House) -> None:
    """A call that is being sent, is in doubt, or may have a late twin keeps its row."""
    for state in ("leased", "unknown", "sent again"):
        case = house.stored()
        house.want(case, ping(1, f"C-{state}"))
        row = house.claim_one()
        with house.store.write() as tx:
            if state != "leased":
                tx.outbox.unknown(row.id, row.token, at(5), "lost")
            if state == "sent again":
                tx.outbox.resolve_unknown(row.id, OutboxState.PENDING, at(5), recheck_at=at(60))
        later = ping(2, f"C-{state}")
        house.want(case, later)
        with house.store.write() as tx:
            assert tx.outbox.overtake([(case, later)]) == []
            tx.outbox.expire_leases(at(1) + LEASE, quiet=MINUTE)


def test_a_message_that_is_coming(house: House) -> None:
    """A message is on its way until it has ended."""
    case = house.stored()
    house.want(case, card())
    with house.store.write() as tx:
        assert tx.outbox.is_coming(house.workspace_id, case.id, 1, Kind.CARD)
        assert not tx.outbox.is_coming(house.workspace_id, case.id, 2, Kind.CARD)
    house.post(house.claim_one())
    with house.store.read() as tx:
        assert not tx.outbox.is_coming(house.workspace_id, case.id, 1, Kind.CARD)


def test_one_message_may_show_another_version_than_its_like(house: House) -> None:
    """Of two pings of a visit one is noted as edited; the other shows what it showed."""
    case = house.stored()
    for number in (1, 2):
        house.want(case, ping(number))
        house.post(house.claim_one(at(10 * number)), f"{number}.0", at(10 * number))
    with house.store.write() as tx:
        first, second = tx.messages.of(case.workspace_id, case.id)
        tx.messages.shown_at(second, 7)
        assert tx.messages.of(case.workspace_id, case.id) == [first, replace(second, shown_version=7)]


def test_the_primary_owner_is_known(house: House) -> None:
    """Whoever answers for the workspace is found as long as the account is alive."""
    owner = Person("U5", "T1", verified=True, primary_owner=True)
    with house.store.write() as tx:
        assert tx.people.primary_owner(house.workspace_id) is None
        tx.people.learn_many(house.workspace_id, [Person("U4", "T1"), owner], NOW)
        assert tx.people.primary_owner(house.workspace_id) == "U5"
        tx.people.learn(house.workspace_id, replace(owner, deactivated=True), NOW)
        assert tx.people.primary_owner(house.workspace_id) is None
