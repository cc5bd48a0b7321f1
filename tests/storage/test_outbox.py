from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from slackbot.core.messages import Guard, Kind, Wanted
from slackbot.core.policy import Severity
from storage.outbox_rows import OutboxState
from storage.pace import POST, UPDATE
from storage.tables.delivery import outbox
from tests.storage.house import LEASE, MINUTE, NOW, SECOND, House, at, card, card_edit, moment, ping, posted


def test_a_wanted_message_waits_as_it_was_wanted(house: House) -> None:
    """A row names what to render, where it goes and what guards it; it may leave at once."""
    case = house.stored(severity=Severity.URGENT)
    house.want(case, Wanted(Kind.OWNER_PING, 1, "C1", 4, "promise_missed"))
    row = house.row(1)
    assert (row.kind, row.visit, row.ordinal, row.destination) == (Kind.OWNER_PING, 1, 4, "C1")
    assert (row.topic, row.stream, row.guard, row.method) == ("promise_missed", "visit:1", Guard.ACKNOWLEDGED, POST)
    assert (row.state, row.severity_rank, row.wanted_version) == (OutboxState.PENDING, 0, 1)
    assert (row.not_before, row.created_at, row.lease_until, row.token) == (NOW, NOW, None, 0)


def test_a_post_wanted_again_is_not_posted_again(house: House) -> None:
    """The same kind, visit, ordinal and destination is one message, however often it is wanted."""
    case = house.stored()
    house.want(case, card(), card("C2"))
    house.want(replace(case, version=2), card())
    with house.store.read() as tx:
        assert tx.outbox.counts() == {"pending": 2}


def test_keys_are_unique(house: House) -> None:
    """Two rows never share the key by which the reconciler tells them apart."""
    case = house.stored()
    with pytest.raises(IntegrityError), house.store.write() as tx:
        tx.outbox.enqueue(case, [(card(), "k"), (card("C2"), "k")], NOW)


def test_an_edit_wanted_again_is_one_row_for_the_newest_version(house: House) -> None:
    """Level-triggered: wanting an edit three times is one pending row that must show the last version."""
    case = house.stored()
    for version in (1, 2, 3):
        house.want(replace(case, version=version), card_edit(), now=at(version))
    row = house.row(1)
    with house.store.read() as tx:
        assert tx.outbox.counts() == {"pending": 1}
    assert (row.wanted_version, row.method, row.guard, row.not_before) == (3, UPDATE, Guard.POSTED, at(1))


def test_an_edit_wanted_while_it_is_being_sent_is_sent_again(house: House) -> None:
    """Re-armed while leased, it stays leased; the settlement finds that it showed too little and it waits again."""
    case = house.stored()
    house.want(case, card(), card_edit())
    house.post(house.claim_one())
    edit = house.claim_one()
    house.want(replace(case, version=2), card_edit())
    assert house.row(edit.id).state is OutboxState.LEASED
    with house.store.write() as tx:
        assert tx.outbox.settle_edit(edit.id, edit.token, shown_version=1, now=at(1))
    again = house.claim_one(at(2))
    assert (again.id, again.wanted_version, again.attempt) == (edit.id, 2, 1)
    with house.store.write() as tx:
        assert tx.outbox.settle_edit(again.id, again.token, shown_version=2, now=at(3))
    assert (house.row(edit.id).state, house.row(edit.id).sent_at) == (OutboxState.SENT, at(3))


@pytest.mark.parametrize("end", ["sent", "dead", "obsolete", "unknown"])
def test_an_edit_wanted_after_its_end_begins_anew(house: House, end: str) -> None:
    """However the last edit ended, a new state is shown from a clean start."""
    case = house.stored()
    house.want(case, card(), card_edit())
    house.post(house.claim_one())
    edit = house.claim_one()
    with house.store.write() as tx:
        if end == "sent":
            tx.outbox.settle_edit(edit.id, edit.token, 1, at(1))
        elif end == "unknown":
            tx.outbox.unknown(edit.id, edit.token, at(60), "timeout")
        else:
            tx.outbox.finish(edit.id, edit.token, end, "cant_update_message")
    house.want(replace(case, version=2), card_edit(), now=at(2))
    row = house.row(edit.id)
    assert (row.state, row.wanted_version, row.not_before, row.attempt) == (OutboxState.PENDING, 2, at(2), 0)


def test_a_settlement_with_an_old_token_changes_nothing(house: House) -> None:
    """After its lease ran out, whoever held a row can no longer settle it in any way."""
    case = house.stored()
    house.want(case, card())
    late = house.claim_one()
    with house.store.write() as tx:
        (expired,) = tx.outbox.expire_leases(NOW + LEASE, quiet=MINUTE)
        assert tx.outbox.resolve_unknown(expired.id, "pending", at(100))
    held = house.claim_one(at(100))
    assert (held.id, held.token, held.attempt) == (late.id, late.token + 1, 2)
    with house.store.write() as tx:
        box, row, token = tx.outbox, late.id, late.token
        assert not box.settle_sent(row, token, at(101))
        assert not box.settle_edit(row, token, 9, at(101))
        assert not box.retry(row, token, at(101), "late", count=True)
        assert not box.unknown(row, token, at(101), "late")
        assert not box.finish(row, token, "dead", "late")
        assert not box.redirect(row, token, "C9", at(101), "late")
    assert house.row(row) == held
    with house.store.write() as tx:
        assert tx.outbox.settle_sent(row, held.token, at(102))
        assert not tx.outbox.settle_sent(row, held.token, at(103))
    assert house.row(row).sent_at == at(102)


def test_a_retry_waits_and_counts_only_what_was_tried(house: House) -> None:
    """A failed attempt counts, a rate limit does not; neither is claimed before its time."""
    house.want(house.stored(), card())
    row = house.claim_one()
    with house.store.write() as tx:
        assert tx.outbox.retry(row.id, row.token, at(10), "ratelimited", count=False)
    assert (house.row(row.id).attempt, house.row(row.id).error) == (0, "ratelimited")
    assert house.claim(at(9)).rows == []
    row = house.claim_one(at(10))
    with house.store.write() as tx:
        assert tx.outbox.retry(row.id, row.token, at(20), "timeout", count=True)
    assert house.row(row.id).attempt == 1


def test_a_lease_that_ran_out_is_looked_for_after_a_quiet_period(house: House) -> None:
    """Expiry makes a row unknown exactly at the end of its lease; looks are counted until it is resolved."""
    house.want(house.stored(), card())
    row = house.claim_one()
    with house.store.write() as tx:
        assert tx.outbox.expire_leases(NOW + LEASE - SECOND, quiet=MINUTE) == []
        (unknown,) = tx.outbox.expire_leases(NOW + LEASE, quiet=MINUTE)
        assert (unknown.id, unknown.state, unknown.not_before) == (row.id, OutboxState.UNKNOWN, NOW + LEASE + MINUTE)
        assert tx.outbox.unknown_due(NOW + LEASE, 10) == []
        assert tx.outbox.loud() == [unknown]
        assert [found.id for found in tx.outbox.unknown_due(NOW + LEASE + MINUTE, 10)] == [row.id]
        assert tx.outbox.resolve_unknown(row.id, "unknown", at(200))
        assert tx.outbox.resolve_unknown(row.id, "sent")
        assert not tx.outbox.resolve_unknown(row.id, "pending")
    found = house.row(row.id)
    assert (found.state, found.looks, found.sent_at) == (OutboxState.SENT, 2, NOW)


def test_a_message_sent_again_is_looked_for_once_more(house: House) -> None:
    """After a resend the reconciler comes back once, when the row is sent again, for a surplus copy."""
    house.want(house.stored(), card())
    row = house.claim_one()
    with house.store.write() as tx:
        assert tx.outbox.next_look(NOW) == NOW + LEASE
        tx.outbox.unknown(row.id, row.token, at(3), "timeout")
        assert tx.outbox.next_look(NOW) == at(3)
        assert tx.outbox.resolve_unknown(row.id, "pending", at(3), recheck_at=at(60))
        assert tx.outbox.next_look(NOW) is None
    house.post(house.claim_one(at(3)), now=at(4))
    with house.store.write() as tx:
        assert tx.outbox.next_look(at(5)) == at(60)
        assert tx.outbox.recheck_due(at(59), 10) == []
        assert [found.id for found in tx.outbox.recheck_due(at(60), 10)] == [row.id]
        assert tx.outbox.rechecked(row.id)
        assert tx.outbox.recheck_due(at(60), 10) == []
        assert tx.outbox.next_look(at(60)) is None


def test_another_copy_becomes_the_message(house: House) -> None:
    """When the other copy is kept, the message is found there and must be shown anew; a removed one stays removed."""
    case = house.stored()
    house.want(case, card())
    row = house.claim_one()
    house.post(row, "2.0")
    with house.store.write() as tx:
        assert tx.messages.moved(case.workspace_id, row.key, "C1-channel", "1.0")
        found = tx.messages.find(case.workspace_id, case.id, 1, Kind.CARD)
        assert found is not None
        assert (found.ts, found.shown_version) == ("1.0", 0)
        assert not tx.messages.moved(case.workspace_id, "no such key", "C1-channel", "3.0")
        tx.messages.removed(case.workspace_id, "C1-channel", "1.0", NOW)
        assert not tx.messages.moved(case.workspace_id, row.key, "C1-channel", "3.0")


def test_a_dead_message_is_loud_until_it_is_armed_again(house: House) -> None:
    """A message that nobody can send is shown, and goes out after the cause was mended."""
    house.want(house.stored(), card())
    row = house.claim_one()
    with house.store.write() as tx:
        assert tx.outbox.finish(row.id, row.token, "dead", "channel_not_found")
        assert [(found.id, found.error) for found in tx.outbox.loud()] == [(row.id, "channel_not_found")]
        assert moment(tx, NOW) is None
        assert tx.outbox.rearm(row.id, NOW)
        assert not tx.outbox.rearm(row.id, NOW)
    assert house.claim_one(at(5)).id == row.id


def test_a_card_goes_to_the_backup_channel(house: House) -> None:
    """A redirected row leaves at once for its new destination, but never twice for the same one."""
    case = house.stored()
    house.want(case, card())
    row = house.claim_one()
    with house.store.write() as tx:
        assert tx.outbox.redirect(row.id, row.token, "C2", at(1), "is_archived")
    again = house.claim_one(at(1))
    assert (again.id, again.destination, again.error) == (row.id, "C2", "is_archived")
    house.want(case, card("C3"))
    with house.store.write() as tx:
        assert not tx.outbox.redirect(again.id, again.token, "C3", at(2), "is_archived")


@pytest.mark.parametrize("state", ["sent", "leased", "pending", "lost"])
def test_only_an_end_ends_a_message(house: House, state: str) -> None:
    """`finish` takes an end, `resolve_unknown` a resolution, and nothing else."""
    with house.store.write() as tx:
        with pytest.raises(ValueError, match=state):
            tx.outbox.finish(1, 1, state, "error")
        if state in {"leased", "lost"}:
            with pytest.raises(ValueError, match=state):
                tx.outbox.resolve_unknown(1, state)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "lost"},
        {"state": "leased"},
        {"lease_until": NOW},
        {"state": "unknown"},
        {"state": "sent"},
        {"state": "dead"},
        {"method": "chat.delete"},
    ],
    ids=str,
)
def test_the_database_refuses_what_no_message_may_be(house: House, broken: dict[str, object]) -> None:
    """Leased without an end, sent without an instant, dead without a reason: the database itself says no."""
    house.want(house.stored(), card())
    with pytest.raises(IntegrityError), house.store.write() as tx:
        tx.connection.execute(outbox.update().values(**broken))


def test_a_visible_message_is_recorded_once_and_found(house: House) -> None:
    """Settler and reconciler may both record; the message is found by what it is for, until it is removed."""
    case = house.stored()
    house.want(case, card(), ping(1))
    row = house.claim_one()
    first, twin = posted(row, "1.0"), posted(row, "2.0")
    with house.store.write() as tx:
        for each in (first, first, twin):
            tx.messages.record(each)
        assert tx.messages.of(case.workspace_id, case.id) == [first, twin]
        assert tx.messages.find(case.workspace_id, case.id, 1, Kind.CARD) == first
        assert tx.messages.find(case.workspace_id, case.id, 2, Kind.CARD) is None
        assert tx.messages.by_ts(case.workspace_id, "C1-channel", "2.0") == [twin]
        tx.messages.shown(case.workspace_id, case.id, 1, Kind.CARD, 5)
        tx.messages.shown(case.workspace_id, case.id, 1, Kind.CARD, 4)
        assert tx.messages.removed(case.workspace_id, "C1-channel", "1.0", NOW)
        assert not tx.messages.removed(case.workspace_id, "C1-channel", "1.0", at(1))
        assert tx.messages.find(case.workspace_id, case.id, 1, Kind.CARD) == replace(twin, shown_version=5)
        assert tx.messages.of(case.workspace_id, case.id)[0].removed_at == NOW


def test_one_message_may_stand_for_several_cases(house: House) -> None:
    """Pings folded into one message are each found by its place."""
    first, second = house.stored(), house.stored()
    house.want(first, card())
    house.want(second, card("C2"))
    rows = house.claim().rows
    folded = [replace(posted(row, "7.0"), channel="C9") for row in rows]
    with house.store.write() as tx:
        for each in folded:
            tx.messages.record(each)
        assert tx.messages.by_ts(house.workspace_id, "C9", "7.0") == folded
