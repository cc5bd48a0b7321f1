from __future__ import annotations

from slackbot.core.model import Source
from storage.drafts import Draft
from tests.storage.house import MINUTE, NOW, House, furnish


def test_a_press_delivered_twice_gets_its_first_result(house: House) -> None:
    """The first claim of a key goes on; every other one is told the first result; workspaces do not mix."""
    other = furnish(house.store, "T2")
    with house.store.write() as tx:
        assert tx.inbox.claim(house.workspace_id, "view:V1", "case-1", NOW) is None
    with house.store.write() as tx:
        assert tx.inbox.claim(house.workspace_id, "view:V1", "case-2", NOW) == "case-1"
        assert tx.inbox.claim(other.workspace_id, "view:V1", "case-3", NOW) is None


def test_a_key_is_free_again_after_its_time(house: House) -> None:
    """A key taken before `since` can be taken anew, one taken at or after it can't; a result can be replaced."""
    with house.store.write() as tx:
        tx.inbox.claim(house.workspace_id, "line:1", "case-1", NOW)
        assert tx.inbox.claim(house.workspace_id, "line:1", "case-2", NOW + MINUTE, since=NOW) == "case-1"
        later = NOW + 3 * MINUTE
        assert tx.inbox.claim(house.workspace_id, "line:1", "case-3", later, since=NOW + MINUTE) is None
        assert tx.inbox.claim(house.workspace_id, "line:1", "case-4", later, since=NOW + MINUTE) == "case-3"
        tx.inbox.replace(house.workspace_id, "line:1", "case-4")
        assert tx.inbox.claim(house.workspace_id, "line:1", "case-5", later) == "case-4"


def test_old_keys_and_drafts_are_forgotten(house: House) -> None:
    """Forgetting drops what is older than the instant and nothing else."""
    drafts = [Draft(f"D{n}", house.workspace_id, "U1", None, NOW + n * MINUTE) for n in range(3)]
    with house.store.write() as tx:
        for n, draft in enumerate(drafts):
            tx.drafts.add(draft)
            tx.inbox.claim(house.workspace_id, f"k{n}", "r", NOW + n * MINUTE)
        assert tx.drafts.forget_before(NOW + MINUTE) == tx.inbox.forget_before(NOW + MINUTE) == 1
        assert [tx.drafts.get(house.workspace_id, draft.id) for draft in drafts] == [None, *drafts[1:]]
        assert tx.inbox.claim(house.workspace_id, "k0", "again", NOW) is None
        assert tx.inbox.claim(house.workspace_id, "k1", "again", NOW) == "r"


def test_a_draft_keeps_where_it_was_opened(house: House) -> None:
    """A draft comes back with its source, and only in its workspace."""
    draft = Draft("D1", house.workspace_id, "U1", Source("C1", "1.2", "1.0", private=True), NOW)
    other = furnish(house.store, "T2")
    with house.store.write() as tx:
        tx.drafts.add(draft)
        assert tx.drafts.get(house.workspace_id, "D1") == draft
        assert tx.drafts.get(other.workspace_id, "D1") is None
