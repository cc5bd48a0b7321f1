"""Names become ids, or problems."""

from __future__ import annotations

import dataclasses

import pytest

from slackbot.core.policy import Notify, Rules, Severity, route
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.directory import ChannelFact, GroupFact, PersonFact
from slackbot.policy_file.problems import PolicyFileError, Problem
from slackbot.policy_file.resolve import channel_cautions, resolve
from tests.policy.workspace import SMALL, Workspace, workspace_for


def complete() -> Workspace:
    """Make a workspace that has everything the small file names."""
    return workspace_for(read_policy_file(SMALL))


def resolved(workspace: Workspace, text: str = SMALL) -> Rules:
    """Resolve a file without a fault."""
    return resolve(read_policy_file(text), workspace)


def only_problem(workspace: Workspace, text: str = SMALL) -> Problem:
    """Resolve a file that must be refused for one reason."""
    with pytest.raises(PolicyFileError) as caught:
        resolve(read_policy_file(text), workspace)
    (problem,) = caught.value.problems
    return problem


def channel(workspace: Workspace, name: str, **changes: bool) -> None:
    """Change what is true of a channel."""
    fact = workspace.channel_facts[name]
    workspace.channel_facts[name] = ChannelFact(fact.id, fact.name, **changes)


def test_names_become_ids() -> None:
    """Every channel, group and person is stored as an id, with its name beside it for the reader."""
    rules = resolved(complete())
    tier = rules.policies["support"].tiers[0]
    assert (tier.channel, tier.backup_channel) == ("C3", None)
    assert tier.notify == (Notify("S4", is_group=True), Notify("U5", is_group=False))
    assert (rules.managers, rules.catcher) == (("U1",), ("C2",))
    assert rules.names == {
        "U1": "Head",
        "C2": "#support-managers",
        "C3": "#tier-2",
        "S4": "@support-leads",
        "U5": "Lead",
        "C6": "#tier-3",
    }
    assert route(rules, "Billing", Severity.URGENT).rule == 1
    assert route(rules, "Other", Severity.URGENT).rule == 2


def test_ids_are_taken_as_they_are() -> None:
    """Ids in the file are looked up too, so that their names are known and a wrong one is told."""
    text = SMALL.replace('"#tier-2"', '"C3"').replace('"@support-leads"', '"S4"').replace('"lead@', '"U5", "lead@')
    assert resolved(complete(), text) == resolved(complete())
    assert only_problem(complete(), text.replace('"C3"', '"C33"')).message == "is no channel Rung can see"
    assert only_problem(complete(), text.replace('"S4"', '"S44"')).message == "is no user group"
    assert only_problem(complete(), text.replace('"U5"', '"U55"')).message == "is nobody in this workspace"


def test_managers_are_the_admins_where_none_are_named() -> None:
    """Somebody always hears of trouble if anybody is named at all."""
    assert resolved(complete()).admins == ("U1",)
    workspace = complete()
    workspace.emails["ops@example.com"] = "U9"
    workspace.people["U9"] = PersonFact("U9", "Ops")
    assert resolved(workspace, f'admins = ["ops@example.com"]\n{SMALL}').admins == ("U9",)


def test_an_unknown_channel_is_told_with_the_nearest() -> None:
    """The cure names the nearest channel and, as private ones are invisible, the invitation."""
    problem = only_problem(complete(), SMALL.replace('"#tier-2"', '"#teir-2"'))
    assert (problem.path, problem.value) == ("policies[0].tiers[0].channel", "#teir-2")
    assert 'did you mean "#tier-2"?' in problem.cure
    assert "/invite @Rung" in problem.cure
    problem = only_problem(complete(), SMALL.replace('"#tier-2"', '"#xxxxxxxx"'))
    assert problem.cure == "check the spelling; if it is private, write /invite @Rung there first"


def test_an_archived_channel_is_told() -> None:
    """Nothing can be posted into an archived channel."""
    workspace = complete()
    channel(workspace, "tier-3", is_archived=True)
    assert only_problem(workspace).message == "is archived"


def test_a_private_channel_needs_the_bot() -> None:
    """A private channel is refused until the bot is in it; a public one can be joined later."""
    workspace = complete()
    channel(workspace, "tier-2", is_private=True)
    problem = only_problem(workspace)
    assert (problem.path, problem.cure) == ("policies[0].tiers[0].channel", "write /invite @Rung there")
    channel(workspace, "tier-2", is_private=True, is_member=True)
    assert resolved(workspace)
    channel(workspace, "tier-2", is_member=False)
    assert resolved(workspace)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"is_disabled": True}, "is disabled"), ({"members": ()}, "has no members")],
)
def test_a_group_without_anybody_is_told(changes: dict[str, bool | tuple[()]], message: str) -> None:
    """A mention of a disabled or empty group calls nobody."""
    workspace = complete()
    fact = GroupFact("S4", "support-leads", members=("U5",))
    workspace.group_facts["support-leads"] = dataclasses.replace(fact, **changes)  # type: ignore[arg-type]  # by name
    problem = only_problem(workspace)
    assert (problem.path, problem.message) == ("policies[0].tiers[0].notify[0]", message)
    assert "name people" in problem.cure


def test_an_unknown_group_is_told_with_the_nearest() -> None:
    """A misspelt handle is told with the one that was meant."""
    problem = only_problem(complete(), SMALL.replace("@support-leads", "@support-lead"))
    assert (problem.value, problem.cure) == ("@support-lead", 'did you mean "@support-leads"?')


def test_a_plan_without_groups_says_so() -> None:
    """On a free plan a group is refused with the way out; without groups in the file nobody asks for them."""
    workspace = complete()
    workspace.has_groups = False
    problem = only_problem(workspace)
    assert problem.cure == "name people instead"
    workspace.asked.clear()
    assert resolved(workspace, SMALL.replace('"@support-leads", ', ""))
    assert "groups" not in workspace.asked


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (PersonFact("U5", "Lead", is_deactivated=True), "is deactivated"),
        (PersonFact("U5", "Lead", is_bot=True), "is a bot"),
        (PersonFact("U5", "Lead", is_outsider=True), "is a guest or from another organisation"),
    ],
)
def test_only_full_members_can_be_named(fact: PersonFact, message: str) -> None:
    """Who can't act on a case is not called for it."""
    workspace = complete()
    workspace.people["U5"] = fact
    problem = only_problem(workspace)
    assert (problem.path, problem.value) == ("policies[0].tiers[0].notify[1]", "lead@example.com")
    assert message in problem.message


def test_an_unknown_address_is_told() -> None:
    """An e-mail address nobody has is told with the way to name the person by id."""
    workspace = complete()
    del workspace.emails["lead@example.com"]
    problem = only_problem(workspace)
    assert problem.message == "is nobody in this workspace"
    assert "member id" in problem.cure


def test_each_person_is_asked_for_once() -> None:
    """A person named in many places costs one look-up, as Slack counts them."""
    workspace = complete()
    resolved(workspace)
    assert workspace.asked.count("head@example.com") == 1
    assert workspace.asked.count("channels") == workspace.asked.count("groups") == 1


def test_all_problems_come_at_once() -> None:
    """Everything that can't be found is told in one go."""
    with pytest.raises(PolicyFileError) as caught:
        resolve(read_policy_file(SMALL), Workspace())
    assert [problem.path for problem in caught.value.problems] == [
        "managers[0]",
        "catcher[0]",
        "policies[0].tiers[0].channel",
        "policies[0].tiers[0].notify[0]",
        "policies[0].tiers[0].notify[1]",
        "policies[0].tiers[1].channel",
        "policies[0].tiers[1].notify[0]",
    ]


def test_a_loop_hidden_by_ids_is_found() -> None:
    """One channel by name and by id with one person by address and by id is the same tier twice."""
    text = SMALL.replace('"@support-leads", ', "").replace('channel = "#tier-3"', 'channel = "C3"')
    problem = only_problem(complete(), text.replace('notify = ["head@example.com"]', 'notify = ["U5"]'))
    assert (problem.path, problem.value) == ("policies[0].tiers[1].channel", "#tier-2")
    assert "climb to where it was" in problem.message


def test_a_backup_hidden_by_its_id_is_found() -> None:
    """A channel can't stand in for itself under its id either."""
    text = SMALL.replace('channel = "#tier-2"', 'channel = "#tier-2"\nbackup_channel = "C3"')
    workspace = complete()
    assert only_problem(workspace, text).path == "policies[0].tiers[0].backup_channel"


def test_shared_channels_are_remarked() -> None:
    """A channel other organisations read is allowed, and told."""
    workspace = complete()
    channel(workspace, "tier-2", is_ext_shared=True)
    channel(workspace, "support-managers", is_ext_shared=True)
    rules = resolved(workspace)
    assert [problem.path for problem in channel_cautions(rules, workspace)] == ["#support-managers", "#tier-2"]
    assert channel_cautions(rules, complete()) == ()
