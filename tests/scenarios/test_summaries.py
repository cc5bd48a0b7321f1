"""A manager asks what the week was."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slackbot.simulator.files import File
from slackbot.simulator.hands.person import Hands
from slackbot.simulator.hands.screen import ShownMessage
from tests.house import House

SUMMARY = "/escalations summary"


def a_week(house: House) -> None:
    """Raise three cases: one taken at once and resolved, one nobody takes for an hour, one withdrawn."""
    lena, ana = house.person("lena"), house.person("ana")
    house.escalates(summary="card refused")
    house.passes("5m")
    lena.clicks("Acknowledge", on=house.channel("#tier-2").shows("card refused"))
    house.comes_to_rest()
    lena.clicks("Resolve", on=house.channel("#tier-2").shows("card refused"))
    lena.fills(**{"What to tell the customer": "try again"})
    lena.submits()
    house.escalates("ben", summary="refund stuck", category="Other")
    house.passes("1h")
    house.escalates(summary="wrong invoice", category="Other")
    ana.types("/escalations withdraw ESC-3", in_="#support")
    house.comes_to_rest()


def reads(hands: Hands, words: str, *texts: str) -> ShownMessage:
    """Ask for a summary and give it, whether it came at once or in place of a word that it is being counted."""
    hands.types(f"{SUMMARY} {words}".strip(), in_="#support")
    return hands.sees_ephemeral(*texts or ("Week 2026-W48",))


def managers_are(house: House, managers: list[str]) -> None:
    """Put a policy in force that names these managers, as another replica would."""
    with house.rung.engine.ctx.store.write() as tx:
        version = tx.policies.latest(house.rung.workspace.id)
        assert version is not None
        document = {**version.document, "managers": managers}
        after = tx.policies.add(house.rung.workspace.id, document, "digest", "U1", house.clock.now())
        tx.workspaces.use_policy(house.rung.workspace.id, after.id)


def shared(house: House, channel: str) -> list[File]:
    """List the files that were shown in a conversation."""
    files = house.workspace.files._files.values()
    return [file for file in files if any(share.channel == channel for share in file.shares)]


def test_a_manager_reads_what_the_week_was(acme_house: House) -> None:
    """Figures, what to look at with links, and that there is nothing yet to compare with; nobody else reads it."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    said = "\n".join(shown.as_seen_by(dana.person))
    assert "Week 2026-W48, 23 Nov 2026 to 29 Nov 2026, so far" in said
    assert "Too few cases to compare" in said
    for figure in ("Raised | 3", "Taken | 1", "Resolved | 1", "Withdrawn | 1", "Open at the end | 1"):
        assert figure in said, said
    assert "ESC-2: waited longest for somebody: 1 h" in said
    assert "By" not in shown.message.text
    assert "Raised: 3 (too few to compare)" in shown.message.text
    assert acme_house.channel("#support").matching("2026-W48") == []


def test_the_periods_before_and_after_are_a_press_away(acme_house: House) -> None:
    """Earlier and later redraw the same message; nothing lies after the week that runs."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    dana.clicks("Earlier", on=shown)
    before = dana.sees_ephemeral("Week 2026-W47", "Nothing was raised")
    assert before.ts == shown.ts
    assert "[Later]" in before.lines[-1]
    dana.clicks("Later", on=before)
    assert "[Later]" not in dana.sees_ephemeral("Week 2026-W48", "Raised | 3").lines[-1]


def test_the_cases_behind_a_figure_are_listed(acme_house: House) -> None:
    """So that nobody has to trust it."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    dana.chooses("Cases behind...", "Raised", on=shown)
    assert dana.modal_shows("ESC-1", "ESC-2", "*ESC-3* · Normal · Other · Withdrawn", "Week 2026-W48")
    dana.closes()
    dana.chooses("Cases behind...", "Called again", on=shown)
    assert not dana.modal_shows("ESC-2", "times").says("ESC-1")
    dana.closes()
    dana.chooses("Cases behind...", "Promise broken", on=shown)
    assert dana.modal_shows("There are none.")


def test_the_cases_behind_a_group_are_listed(acme_house: House) -> None:
    """Of a category, a tier or a severity that the summary names: what was raised, taken, resolved and is open."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    dana.chooses("Cases behind...", "Team leads", on=shown)
    dana.modal_shows("*Tier: Team leads* · Week 2026-W48", "*Came*", "*Called again*")
    dana.closes()
    dana.chooses("Cases behind...", "Other", on=shown)
    found = dana.modal_shows(
        "*Category: Other* · Week 2026-W48", "*Raised*", "*Taken*", "*Resolved*", "*Open at the end*"
    )
    assert found.says("ESC-3")


def test_a_summary_can_be_shown_to_the_channel(acme_house: House) -> None:
    """By a word or by a press; the same press delivered twice shows it once."""
    a_week(acme_house)
    dana, support = acme_house.person("dana"), acme_house.channel("#support")
    dana.types(f"{SUMMARY} this week post", in_="#support")
    assert support.shows("2026-W48", "Raised | 3").says("Cases behind...")
    shown = reads(dana, "category Other", "category Other")
    dana.clicks("Post to channel", on=shown, times=2)
    dana.sees_ephemeral("The summary is in the channel now.")
    assert "[Export]" not in "\n".join(support.shows("category Other").lines)


def test_a_name_that_ends_in_post_publishes_nothing(acme_house: House) -> None:
    """It may be the name's last word: the one who asked sees it, and may post it by a press."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    reads(dana, "customer Nordic Post", "customer Nordic Post", "[Post to channel]")
    reads(dana, 'customer "Gold Mine Ltd"', "customer Gold Mine Ltd")
    assert not reads(dana, "tier team leads post", "tier Team leads", "[Post to channel]").says("leads post")
    assert acme_house.channel("#support").matching("2026-W48") == []


def test_only_managers_may_and_everybody_may_see_their_own(acme_house: House) -> None:
    """An agent reads `mine`; who stopped being a manager can't post what they asked for as one."""
    a_week(acme_house)
    ana, dana = acme_house.person("ana"), acme_house.person("dana")
    assert "for the managers" in ana.types(SUMMARY, in_="#support").text
    reads(ana, "mine", "your cases", "Raised | 2")
    shown = reads(dana, "")
    managers_are(acme_house, [])
    dana.clicks("Post to channel", on=shown)
    dana.sees_ephemeral("for the managers")
    assert acme_house.channel("#support").matching("2026-W48") == []
    ana.types(f"{SUMMARY} mine post", in_="#support")
    posted = acme_house.channel("#support").shows("your cases")
    dana.chooses("Cases behind...", "Raised", on=posted)
    dana.sees_ephemeral("for the managers")


def test_what_can_not_be_summed_up_is_said(acme_house: House) -> None:
    """A week ahead, words that are no period, names that are none; a name of old still works."""
    dana = acme_house.person("dana")
    for words, said in {
        "2026-W50": "lies ahead",
        "next to nothing": "can't read that as a period",
        "200 days": "at most 92 days",
        "15-1 nov": "ends before it begins",
        "tier Teem leads": "Known: Team leads",
        "policy nobody": "There is no policy “nobody”",
        f"customer {'x' * 80}": "too long",
    }.items():
        assert said in dana.types(f"{SUMMARY} {words}", in_="#support").text, words
    reads(dana, "last week tier team leads", "tier Team leads")
    reads(dana, "customer Nobody", "customer Nobody", "Nothing was raised")


def test_what_takes_longer_is_announced_and_then_replaced(acme_house: House) -> None:
    """Within three seconds there is a word; the summary comes in its place."""
    busy = threading.Event()
    desk = acme_house.rung._counting
    desk.submit(busy.wait)
    dana = acme_house.person("dana")
    first = dana.types(SUMMARY, in_="#support")
    assert "Counting." in first.text
    busy.set()
    replaced = dana.sees_ephemeral("Nothing was raised")
    assert replaced.ts == first.message.ts


def test_a_press_that_takes_longer_is_announced_and_then_replaced(acme_house: House) -> None:
    """It is acknowledged at once; what stands there makes room for a word, and then for the summary."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    busy = threading.Event()
    acme_house.rung._counting.submit(busy.wait)
    dana.clicks("Earlier", on=shown)
    waiting = dana.sees_ephemeral("Counting.")
    assert waiting.ts == shown.ts
    busy.set()
    assert dana.sees_ephemeral("Week 2026-W47").ts == shown.ts


def test_a_list_that_takes_longer_is_announced_and_then_replaced(acme_house: House) -> None:
    """The modal opens while its trigger lives, with a word; the list, or why there is none, comes in its place."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    for figure, said in (("Raised", "ESC-1"), ("Promise broken", "There are none.")):
        busy = threading.Event()
        acme_house.rung._counting.submit(busy.wait)
        dana.chooses("Cases behind...", figure, on=shown)
        dana.modal_shows("Counting.")
        busy.set()
        dana.modal_shows(said)
        dana.closes()


def test_a_home_tab_that_takes_longer_is_announced_and_then_replaced(acme_house: House) -> None:
    """Whoever opens it sees a word, and then what waits and the week."""
    a_week(acme_house)
    ben = acme_house.person("ben")
    busy = threading.Event()
    acme_house.rung._counting.submit(busy.wait)
    ben.opens_home()
    ben.home_shows("Counting.")
    busy.set()
    assert not ben.home_shows("What waits for you", "Raised: 1").says("Counting.")


def test_files_may_take_longer_than_a_form(acme_house: House) -> None:
    """Slack may be slow to take an export: nobody presses meanwhile, so it is waited for like any message."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    acme_house.simulator.faults.slow("files.completeUploadExternal", 2.5)
    dana.clicks("Export", on=reads(dana, ""))
    dana.sees_ephemeral("The files are in your direct message with Rung.")


def test_what_is_not_answered_in_place_is_not_said_to_be(acme_house: House) -> None:
    """Posts and exports come elsewhere: the word before them stays and is still true beside "is in the channel now"."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    asked: list[tuple[Callable[[], object], str]] = [
        (lambda: dana.types(f"{SUMMARY} post", in_="#support"), "The summary is in the channel now."),
        (lambda: dana.clicks("Post to channel", on=shown), "The summary is in the channel now."),
        (lambda: dana.clicks("Export", on=shown), "The files are in your direct message with Rung."),
    ]
    for ask, said in asked:
        before = notes(acme_house, dana)
        busy = threading.Event()
        acme_house.rung._counting.submit(busy.wait)
        ask()
        before.append("This takes a moment. You will hear when it is done.")
        assert acme_house.workspace.wait_for(partial(_are, acme_house, dana, before), timeout=20)
        busy.set()
        assert acme_house.workspace.wait_for(partial(_are, acme_house, dana, [*before, said]), timeout=20)


def _are(house: House, reader: Hands, texts: list[str]) -> bool:
    return notes(house, reader) == texts


def notes(house: House, reader: Hands) -> list[str]:
    """List what only this person was told, in order."""
    return [each.text for each in house.workspace.history.ephemerals(reader.id)]


def test_a_manager_removed_while_it_is_counted_posts_nothing(acme_house: House) -> None:
    """By word or by press: whether they may is asked once more before everybody reads it."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    posts: list[Callable[[], object]] = [
        lambda: dana.types(f"{SUMMARY} post", in_="#support"),
        lambda: dana.clicks("Post to channel", on=shown),
    ]
    for post in posts:
        busy = threading.Event()
        acme_house.rung._counting.submit(busy.wait)
        managers_are(acme_house, [dana.id])
        post()
        dana.sees_ephemeral("This takes a moment")
        managers_are(acme_house, [])
        busy.set()
        dana.sees_ephemeral("for the managers")
    assert acme_house.channel("#support").matching("2026-W48") == []


def test_where_the_channel_is_gone_nobody_is_told_that_it_was_posted(acme_house: House) -> None:
    """Slack refuses: the one who asked hears that nothing was shown."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    acme_house.simulator.faults.error("response_url", "is_archived")
    dana.clicks("Post to channel", on=shown)
    dana.sees_ephemeral("It could not be posted")
    assert acme_house.channel("#support").matching("2026-W48") == []


def in_public(said: Mapping[str, Any]) -> bool:
    """Tell what everybody in a channel reads from what one person does."""
    return str(said.get("response_type")) == "in_channel"


def test_where_slack_does_not_say_whether_it_was_posted_nobody_says_it_was_not(acme_house: House) -> None:
    """The answer is lost and the summary stands there: the one who asked is told to look, not that nobody saw it."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    faults = acme_house.simulator.faults
    losses: list[Callable[[], None]] = [
        lambda: faults.drop_after("response_url", in_public),
        lambda: faults.status("response_url", 503, in_public),
    ]
    for lose in losses:
        lose()
        dana.clicks("Post to channel", on=shown)
        assert not dana.sees_ephemeral("Slack did not say whether it was posted").says("Nothing was shown")
    assert len(acme_house.channel("#support").matching("2026-W48")) == 1


def test_one_case_is_told_as_one(acme_house: House) -> None:
    """Too few to compare, no chart, and that case to look at."""
    acme_house.escalates(summary="card refused")
    acme_house.passes("12m")
    dana = acme_house.person("dana")
    said = "\n".join(reads(dana, "").as_seen_by(dana.person))
    assert "Raised | 1" in said
    assert "Too few cases to compare" in said
    assert "ESC-1: waited longest for somebody" in said
    dana.chooses("Cases behind...", "Called again", on=reads(dana, ""))
    assert dana.modal_shows("ESC-1", "once")


def test_a_tier_that_is_gone_can_still_be_asked_for(acme_house: House) -> None:
    """By the name it had; its cases are those that stood there then."""
    a_week(acme_house)
    before = acme_house.rung.engine.ctx
    with before.store.write() as tx:
        latest = tx.policies.latest(acme_house.rung.workspace.id)
        assert latest is not None
        renamed = json.loads(json.dumps(latest.document).replace("Team leads", "Second line"))
        after = tx.policies.add(acme_house.rung.workspace.id, renamed, "digest", "U1", acme_house.clock.now())
        tx.workspaces.use_policy(acme_house.rung.workspace.id, after.id)
    dana = acme_house.person("dana")
    assert reads(dana, "tier team leads", "tier Team leads", "Raised | 3")
    assert reads(dana, "tier second line", "tier Second line", "Nothing was raised")


def test_the_export_comes_as_files_to_the_one_who_asked(acme_house: House) -> None:
    """Cases and timeline, with local times, in the direct message."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    dana.clicks("Export", on=shown)
    dana.sees_ephemeral("The files are in your direct message")
    assert dana.dm.shows("Cases and timeline: Week 2026-W48")
    cases, timeline = shared(acme_house, dana.dm.channel.id)
    rows = [line.split(",") for line in (cases.content or b"").decode("utf-8-sig").splitlines()]
    assert cases.name == "cases-2026-11-23-7d.csv"
    assert [row[0] for row in rows] == ["case", "ESC-1", "ESC-2", "ESC-3"]
    assert rows[1][10:12] == ["2026-11-23T09:00:00Z", "2026-11-23T10:00:00+01:00"]
    assert b"ESC-3,2026-11-23T10:05:00Z,2026-11-23T11:05:00+01:00,withdrawn" in (timeline.content or b"")


def test_an_agent_s_export_names_nobody_else(acme_house: House) -> None:
    """An agent's own cases come with the agent's id, and without that of whoever took them."""
    a_week(acme_house)
    ana = acme_house.person("ana")
    shown = reads(ana, "mine", "your cases")
    ana.clicks("Export", on=shown)
    ana.sees_ephemeral("The files are in your direct message")
    ana.dm.shows("Cases and timeline: Week 2026-W48")
    told = b"".join(file.content or b"" for file in shared(acme_house, ana.dm.channel.id)).decode()
    others = [each.id for each in acme_house.workspace.people() if each.id != ana.id]
    assert ana.id in told
    assert [each for each in others if each in told] == []


def test_where_files_may_not_be_sent_it_is_said(acme_house: House) -> None:
    """The permission is one that may be declined."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    faults = acme_house.simulator.faults
    faults.error("files.getUploadURLExternal", "missing_scope")
    dana.clicks("Export", on=shown)
    dana.sees_ephemeral("The files could not be sent", "files:write")
    assert shared(acme_house, dana.dm.channel.id) == []


def test_why_files_were_not_sent_is_not_guessed(acme_house: House) -> None:
    """What Slack said stands there, and of a lost answer that nobody knows; the permission is blamed for neither."""
    a_week(acme_house)
    dana = acme_house.person("dana")
    shown = reads(dana, "")
    faults = acme_house.simulator.faults
    faults.error("files.getUploadURLExternal", "file_uploads_disabled")
    dana.clicks("Export", on=shown)
    assert not dana.sees_ephemeral("The files could not be sent", "file_uploads_disabled").says("files:write")
    assert shared(acme_house, dana.dm.channel.id) == []
    faults.drop_after("files.completeUploadExternal")
    dana.clicks("Export", on=shown)
    assert not dana.sees_ephemeral("Slack did not say whether the files were sent").says("files:write")
    assert len(shared(acme_house, dana.dm.channel.id)) == 2


def test_home_shows_what_waits_and_this_week(acme_house: House) -> None:
    """An agent sees their own cases and week, a manager the whole week; a case is raised from there."""
    a_week(acme_house)
    ben, dana = acme_house.person("ben"), acme_house.person("dana")
    ben.opens_home()
    assert ben.home_shows("What waits for you", "ESC-2", "refund stuck", "your cases", "Raised: 1")
    dana.opens_home()
    assert dana.home_shows("You have no open escalations", "Week 2026-W48", "Raised: 3")
    assert ben.clicks("Escalate a case", in_home=True).modal.title == "Escalate a case"
