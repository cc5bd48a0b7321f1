"""What people do while a process is to die: they raise cases, press, fill in forms, and are strangers."""

from __future__ import annotations

from functools import partial

from tests.crash.play import EVERYBODY_KNOWN, Play, Played, first
from tests.crash.process import Victim
from tests.crash.scene import Scene


def day(scene: Scene, victim: Victim) -> None:
    """Take a case through its life: line, acknowledge, answer, resolve, confirm."""
    first(scene, victim)
    lena, ana = scene.slack.person("lena"), scene.slack.person("ana")
    victim.does(lambda: lena.clicks("Acknowledge", on=scene.slack.channel("#tier-2").shows("refund stuck")))
    victim.shown("#tier-2", "promised a first answer")
    victim.does(lambda: lena.clicks("Answered", on=scene.slack.channel("#tier-2").shows("refund stuck")))
    victim.shown("#tier-2", "gave a first answer")
    victim.does(lambda: lena.clicks("Resolve", on=scene.slack.channel("#tier-2").shows("refund stuck")))
    victim.does(lambda: lena.fills(**{"What to tell the customer": "Paid by hand"}))
    victim.does(lena.submits)
    solution = victim.told("ana", "gave a solution")
    victim.does(lambda: ana.clicks("Solved", on=solution))
    victim.rests()


def form(scene: Scene, victim: Victim) -> None:
    """Raise a case by the form."""
    ana = scene.slack.person("ana")
    victim.does(lambda: ana.types("/escalate", in_="#support").modal)
    victim.does(lambda: ana.chooses("Category", "Account"))
    victim.sees(lambda within: ana.modal_shows("Goes to *Team leads*", within=within))
    victim.does(lambda: ana.fills(Summary="refund stuck", Customer="Nordic"))
    victim.does(ana.submits)
    victim.shown("#tier-2", "refund stuck")
    victim.rests()


def newcomer(scene: Scene, victim: Victim, channel: str) -> None:
    """Have somebody join whom Rung has never heard of, after it got to know everybody."""
    victim.passes(EVERYBODY_KNOWN)
    scene.slack.workspace.add_person("nora")
    scene.slack.workspace.invite(scene.slack.channel(channel).id, scene.slack.person("nora").id)


def stranger(scene: Scene, victim: Victim) -> None:
    """Raise a case as somebody unknown, look at one before, and be known then."""
    newcomer(scene, victim, "#support")
    nora = scene.slack.person("nora")
    victim.does(lambda: nora.types("/escalations open", in_="#support"))
    victim.raises(who="nora")
    victim.shown("#tier-2", "refund stuck")
    victim.rests()
    scene.slack.workspace.change_person(nora.id, tz="Europe/Paris")
    victim.does(lambda: nora.types("/escalations mine", in_="#support"))


def unknown_presser(scene: Scene, victim: Victim, error: str) -> None:
    """Press Resolve as somebody whom Rung has never heard of, and of whom Slack does not say who it is."""
    first(scene, victim)
    newcomer(scene, victim, "#tier-2")
    scene.slack.faults.error("users.info", error)
    card = scene.slack.channel("#tier-2").shows("refund stuck")
    victim.does(lambda: scene.slack.person("nora").clicks("Resolve", on=card))
    victim.until(lambda: not scene.slack.faults.left(), "Slack is not asked")
    victim.rests()


def asks(scene: Scene, victim: Victim) -> None:
    """Ask for a summary as somebody unknown and as a manager, show it to the channel, export it, open the Home tab."""
    first(scene, victim)
    newcomer(scene, victim, "#support")
    dana = scene.slack.person("dana")
    victim.does(lambda: scene.slack.person("nora").types("/escalations summary", in_="#support"))
    victim.does(lambda: dana.types("/escalations summary", in_="#support"))
    shown = victim.sees(lambda within: dana.sees_ephemeral("Raised", within=within))
    victim.does(lambda: dana.clicks("Post to channel", on=shown))
    victim.shown("#support", "Raised")
    victim.does(lambda: dana.clicks("Export", on=shown))
    victim.told("dana", "Cases and timeline")
    victim.does(dana.opens_home)
    victim.sees(lambda within: dana.home_shows("You have no open escalations", within=within))
    victim.rests()


def schedules(scene: Scene, victim: Victim) -> None:
    """Have a summary come every week, and come no more."""
    first(scene, victim)
    dana = scene.slack.person("dana")
    victim.does(lambda: dana.types("/escalations summary", in_="#support"))
    shown = victim.sees(lambda within: dana.sees_ephemeral("Raised", within=within))
    victim.does(lambda: dana.clicks("Every week", on=shown))
    victim.does(dana.submits)
    victim.sees(lambda within: dana.modal_shows("for the first time", within=within))
    victim.does(lambda: dana.clicks("Every week", on=shown))
    victim.sees(lambda within: dana.modal_shows("Comes by itself already", within=within))
    victim.does(lambda: dana.clicks("Stop", in_modal=True))
    victim.rests()


PLAYS: Played = {
    "first": (
        Play(first),
        (
            "call services.installing:meet_workspace",
            "commit services.installing:meet_workspace#2",
            "call slack.directory:SlackDirectory.channels",
            "call slack.directory:SlackDirectory.person_by_email",
            "call slack.directory:SlackDirectory.person",
            "call slack.directory:SlackDirectory.groups",
            "commit services.installing:put_in_force",
            "commit services.uptime:Heartbeat.begin",
            "call services.people:Acquaintance.learn_everybody",
            "commit services.people:Acquaintance.learn_everybody#2",
            "commit services.intake:_submit_line",
            "commit services.deliver:Sender.step",
            "call services.deliver:Sender._dispatch",
            "commit services.recording:settle_post",
            "commit services.recording:settle_edit",
        ),
    ),
    "day": (
        Play(day),
        (
            "commit services.transact:_once",
            "call slack.outside:Interactions.open_view",
        ),
    ),
    "form": (
        Play(form),
        (
            "commit services.intake:open_form",
            "call slack.outside:Interactions.update_view",
            "commit services.intake:_submit_form",
        ),
    ),
    "stranger": (
        Play(stranger),
        (
            "commit services.looking:_may_not_look",
            "call services.people:Acquaintance._look_up",
            "commit services.people:Acquaintance._look_up#4",
            "commit services.people:ask_anew",
        ),
    ),
    "nobody": (
        Play(partial(unknown_presser, error="user_not_found")),
        (
            "commit services.transact:rehearse",
            "commit services.people:Acquaintance._look_up#2",
        ),
    ),
    "somebody": (
        Play(partial(unknown_presser, error="internal_error")),
        ("commit services.people:Acquaintance._look_up#3",),
    ),
    "asks": (
        Play(asks),
        (
            "commit services.summaries:unread",
            "commit services.summaries:may_post",
            "call slack.uploading:send_files",
            "call slack.uploading:send_files#2",
            "call slack.uploading:send_files#3",
            "call slack.outside:Interactions.publish_home",
        ),
    ),
    "schedules": (
        Play(schedules),
        (
            "commit services.scheduling:set_up",
            "commit services.scheduling:stop",
        ),
    ),
}
