"""Where a process is to die that finds nobody: broken channels, empty tiers, admins who are away, a refused token."""

from __future__ import annotations

from slackbot.simulator.faults import in_channel
from tests.crash.play import EVERYBODY_KNOWN, POST, Play, Played, refusal, to_person
from tests.crash.plays_of_people import newcomer
from tests.crash.process import Victim
from tests.crash.scene import Scene
from tests.crash.victim import NEVER

_A_CHECK = 61.0
"""Seconds: a little more than passes between two questions about a refused token."""


def unreachable(scene: Scene, victim: Victim) -> None:
    """Find the tier's channel archived and the app out of the backup: join, go on there."""
    workspace = scene.slack.workspace
    workspace.archive(scene.slack.channel("#tier-2").id)
    workspace.kick(scene.slack.channel("#support").id)
    victim.raises()
    victim.shown("#support", "ESC-1")
    victim.rests()


def members(scene: Scene, victim: Victim) -> None:
    """Find the tier's channel archived and its backup closed to the app: write to the tier's members."""
    scene.slack.workspace.archive(scene.slack.channel("#tier-2").id)
    scene.slack.faults.error(POST, "is_archived", in_channel(scene.slack.channel("#support").id))
    victim.raises()
    victim.passes("after call services.reach:Reach._opened")
    victim.rests()


def nobody_there(_scene: Scene, victim: Victim) -> None:
    """Call a tier whose people all left: the next one is called at once."""
    victim.passes(EVERYBODY_KNOWN)
    victim.raises()
    victim.shown("#tier-3", "refund stuck")
    victim.rests()


def all_leave(scene: Scene) -> None:
    """Have everybody of the first tier leave the company, after the policy was checked."""
    with scene.victim(NEVER):
        pass
    workspace = scene.slack.workspace
    workspace.deactivate(scene.slack.person("lena").id)
    (group,) = workspace.groups()
    workspace.change_group(group.id, members=())


def admin_away(scene: Scene, victim: Victim) -> None:
    """Find the agent's account closed, and that of the admin who is to hear of it: the primary owner hears of it."""
    for who in ("ana", "dana"):
        scene.slack.faults.error(POST, "user_disabled", to_person(scene, who))
    victim.raises()
    victim.told("carla", "could not be delivered")
    victim.rests()


def token_refused(scene: Scene, victim: Victim) -> None:
    """Find the token refused, and still so a minute later; have it accepted, not answered for, and accepted."""
    faults = scene.slack.faults
    revoked = [faults.last(refusal(method, "token_revoked")) for method in (POST, "auth.test")]
    victim.raises()
    victim.passes(
        "after commit services.mishaps:Mishaps._stop_workspace", "after commit services.tokens:TokenWatch._tell"
    )
    victim.time_passes(_A_CHECK)
    victim.passes("after commit services.tokens:TokenWatch._stop_again")
    for fault in revoked:
        faults.end(fault)
    victim.time_passes(_A_CHECK)
    victim.passes("after commit services.tokens:TokenWatch._reopen")
    victim.shown("#tier-2", "refund stuck")
    silent = faults.last(refusal("auth.test", "internal_error"))
    victim.time_passes(_A_CHECK)
    victim.passes("after commit services.tokens:TokenWatch._look_later")
    faults.end(silent)
    victim.rests()


def token_in_doubt(scene: Scene, victim: Victim) -> None:
    """Find the token refused by a question about somebody, and by the next one about the token itself."""
    faults = scene.slack.faults
    newcomer(scene, victim, "#support")
    revoked = [faults.last(refusal(method, "token_revoked")) for method in ("users.info", "auth.test")]
    victim.does(lambda: scene.slack.person("nora").types("/escalations open", in_="#support"))
    victim.until(lambda: not any("users.info" in left for left in faults.left()), "Slack is not asked")
    victim.time_passes(_A_CHECK)
    victim.passes("after commit services.tokens:TokenWatch._ask#2")
    for fault in revoked:
        faults.end(fault)


PLAYS: Played = {
    "unreachable": (
        Play(unreachable),
        (
            "commit services.elsewhere:Elsewhere._call_elsewhere",
            "commit services.elsewhere:Elsewhere._again",
            "call services.joining:joined",
        ),
    ),
    "members": (
        Play(members),
        ("call services.reach:Reach._opened",),
    ),
    "nobody there": (
        Play(nobody_there, all_leave),
        ("commit services.elsewhere:Elsewhere.leave_if_nobody_is_there",),
    ),
    "admin away": (
        Play(admin_away, may_be_dead=True),
        ("commit services.elsewhere:Elsewhere._tell_elsewhere",),
    ),
    "token refused": (
        Play(token_refused),
        (
            "commit services.mishaps:Mishaps._stop_workspace",
            "commit services.tokens:TokenWatch._tell",
            "call services.tokens:TokenWatch._check",
            "commit services.tokens:TokenWatch._stop_again",
            "commit services.tokens:TokenWatch._look_later",
            "commit services.tokens:TokenWatch._reopen",
        ),
    ),
    "token in doubt": (
        Play(token_in_doubt),
        (
            "call services.tokens:TokenWatch._ask",
            "commit services.tokens:TokenWatch._ask#2",
        ),
    ),
}
