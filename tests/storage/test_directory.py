from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from slackbot.core.model import Person
from storage.tables.directory import policy_versions
from tests.storage.house import MINUTE, NOW, House, furnish


def test_a_workspace_is_refreshed_not_doubled(house: House) -> None:
    """Meeting a team again keeps its id and takes over what changed."""
    with house.store.write() as tx:
        again = tx.workspaces.add_or_refresh("T1", "E1", "UNEW", "Acme Ltd", NOW, url="https://acme.slack.com/")
    assert again.id == house.workspace_id
    with house.store.read() as tx:
        assert tx.workspaces.all() == [again]
        assert tx.workspaces.by_team("T1") == tx.workspaces.by_id(again.id) == again
        assert (again.enterprise_id, again.bot_user_id, again.name) == ("E1", "UNEW", "Acme Ltd")
        assert again.url == "https://acme.slack.com/"


def test_an_unknown_workspace_is_none(house: House) -> None:
    """Asking for a team nobody installed gives nothing."""
    with house.store.read() as tx:
        assert tx.workspaces.by_team("T404") is None
        assert tx.workspaces.by_id(404) is None


def test_numbers_count_per_workspace_and_are_given_back(house: House) -> None:
    """Each workspace counts from 1, and a failed transaction gives its number back."""
    other = furnish(house.store, "T2")
    with pytest.raises(LookupError), house.store.write() as tx:
        tx.workspaces.use_policy(house.workspace_id, tx.workspaces.take_number(house.workspace_id)[0] + 403)
    with house.store.write() as tx:
        assert [tx.workspaces.take_number(house.workspace_id)[0] for _ in range(2)] == [1, 2]
        assert tx.workspaces.take_number(other.workspace_id) == (1, other.policy_version)
        with pytest.raises(LookupError):
            tx.workspaces.take_number(404)


def test_only_a_version_of_the_same_workspace_is_used(house: House) -> None:
    """A workspace never decides by another one's policy."""
    other = furnish(house.store, "T2")
    with pytest.raises(LookupError), house.store.write() as tx:
        tx.workspaces.use_policy(house.workspace_id, other.policy_version)
    with house.store.read() as tx:
        assert tx.workspaces.policy_version(house.workspace_id) == house.policy_version
        assert tx.policies.get(house.workspace_id, other.policy_version) is None


def test_policy_versions_count_and_come_back_whole(house: House) -> None:
    """A version is read as it was written, numbered per workspace, the newest first in the list."""
    with house.store.write() as tx:
        second = tx.policies.add(house.workspace_id, {"schema": 1, "a": [1, {"b": "ü"}]}, "d2", "U1", NOW + MINUTE)
    with house.store.read() as tx:
        assert second.number == 2
        assert tx.policies.get(house.workspace_id, second.id) == second
        assert tx.policies.latest(house.workspace_id) == second
        assert [version.number for version in tx.policies.list(house.workspace_id)] == [2, 1]


def test_names_of_old_versions_are_known(house: House) -> None:
    """Each once, those of the newest version first; another workspace has its own."""
    other = furnish(house.store, "T2")
    old = {"categories": [{"name": "Billing"}], "policies": [{"name": "support", "tiers": [{"name": "Leads"}]}]}
    new = {"categories": [], "policies": [{"name": "support", "tiers": [{"name": "Heads"}, {"name": "Chiefs"}]}]}
    with house.store.write() as tx:
        for document in (old, new):
            tx.policies.add(house.workspace_id, document, "d", "U1", NOW)
        assert tx.policies.names(house.workspace_id, "tier") == ["Chiefs", "Heads", "Leads"]
        assert tx.policies.names(house.workspace_id, "policy") == ["support"]
        assert tx.policies.names(house.workspace_id, "category") == ["Billing"]
        assert tx.policies.names(other.workspace_id, "tier") == []


def test_the_database_refuses_to_change_a_policy_version(house: House) -> None:
    """Not even by SQL can a version be rewritten."""
    with pytest.raises(DBAPIError, match="never changed"), house.store.write() as tx:
        tx.connection.execute(policy_versions.update().values(digest="forged"))


def test_somebody_is_met_once_and_asked_about_at_once(house: House) -> None:
    """Meeting an unknown person makes them due to be asked about; meeting them again changes nothing."""
    with house.store.write() as tx:
        tx.people.meet(house.workspace_id, "U5", "T1", NOW)
        tx.people.meet(house.workspace_id, "U5", "T9", NOW + MINUTE)
    with house.store.read() as tx:
        assert tx.people.get(house.workspace_id, "U5") == Person("U5", "T1")
        assert tx.people.to_refresh(NOW, 10) == [(house.workspace_id, "U5")]
        assert tx.people.next_refresh() == NOW


def test_what_slack_told_replaces_what_we_guessed(house: House) -> None:
    """Learning verifies somebody and puts off the next question."""
    person = Person("U5", "T1", verified=True, guest=True, zone="Europe/Madrid")
    with house.store.write() as tx:
        tx.people.meet(house.workspace_id, "U5", "T1", NOW)
        tx.people.learn(house.workspace_id, person, NOW)
        tx.people.learn_many(house.workspace_id, [Person("U6", "T1"), Person("U7", "T2", stranger=True)], NOW)
        tx.people.learn_many(house.workspace_id, [], NOW)
    with house.store.read() as tx:
        assert tx.people.get(house.workspace_id, "U5") == person
        assert tx.people.get(house.workspace_id, "U6") == Person("U6", "T1", verified=True)
        assert tx.people.to_refresh(NOW, 10) == []


def test_a_question_that_failed_is_put_off(house: House) -> None:
    """A postponed person is due at the given instant, the longest due come first, and the limit holds."""
    with house.store.write() as tx:
        for user in ("U5", "U6", "U7"):
            tx.people.meet(house.workspace_id, user, "T1", NOW)
        tx.people.postpone(house.workspace_id, "U5", NOW + MINUTE)
        tx.people.postpone(house.workspace_id, "U6", NOW - MINUTE)
    with house.store.read() as tx:
        assert [user for _, user in tx.people.to_refresh(NOW, 10)] == ["U6", "U7"]
        assert [user for _, user in tx.people.to_refresh(NOW + MINUTE, 1)] == ["U6"]
        assert tx.people.next_refresh() == NOW - MINUTE
