"""The values of a policy file, each read by one function that says what is wrong and how to mend it."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from slackbot.core.durations import format_duration, parse_duration
from slackbot.core.policy import REQUIRABLE, Severity
from slackbot.policy_file.patterns import pattern_problem
from slackbot.policy_file.problems import nearest, one_of
from slackbot.policy_file.references import CHANNEL, GROUP, PERSON, Reference, reference_of

LONGEST_NAME = 75
"""The text of an option in a Slack select (docs.slack.dev/reference/block-kit/composition-objects)."""

MOST_OPTIONS = 100
"""Options in a Slack select (docs.slack.dev/reference/block-kit/block-elements/select-menu-element)."""

TODAY = "today"
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def refusal(message: str, cure: str) -> PydanticCustomError:
    """Build the error that `check` turns into a problem."""
    return PydanticCustomError("rule", "{message}", {"message": message, "cure": cure})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise refusal("is no text", "write it in quotes")
    return value


def _duration(value: Any) -> timedelta:
    cure = "write 90s, 10m, 2h or 3d"
    if not isinstance(value, str):
        raise refusal("is no duration", f"{cure}, in quotes")
    try:
        return parse_duration(value)
    except ValueError as error:
        raise refusal("is no duration", f"{cure} (at most 366d)") from error


def _choice(value: Any) -> str:
    if value == TODAY:
        return TODAY
    try:
        return format_duration(_duration(value))
    except PydanticCustomError as error:
        raise refusal("is no promise", "write a duration such as 1h, or today") from error


def _name(value: Any) -> str:
    name = _text(value)
    if not name.strip():
        raise refusal("is empty", "give it a name")
    if name != name.strip():
        raise refusal("has blanks around it", f'write "{name.strip()}"')
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in name):
        raise refusal("is not on one line", "leave out line breaks and control characters")
    if len(name) > LONGEST_NAME:
        raise refusal(f"is longer than the {LONGEST_NAME} characters Slack shows in a choice", "shorten it")
    return name


def _zone(value: Any) -> str:
    zone, known = _text(value), zoneinfo.available_timezones()
    if zone not in known:
        near = nearest(zone, sorted(known)) or "Europe/Madrid"
        raise refusal("is no time zone", f'write a name such as "{near}"')
    return zone


def _pattern(value: Any) -> str:
    pattern = _text(value)
    if problem := pattern_problem("", pattern):
        raise refusal(problem.message, problem.cure)
    return pattern


def _field(value: Any) -> str:
    if _text(value) not in REQUIRABLE:
        raise refusal("is no field of the form", one_of(value, REQUIRABLE))
    return str(value)


def _severity(value: Any) -> Severity:
    known = [severity.value for severity in Severity]
    if _text(value) not in known:
        near = nearest(value, known)
        cure = f'did you mean "{near}"?' if near else "write low, normal, high or urgent"
        raise refusal("is no severity", cure)
    return Severity(value)


def _reference(value: Any, allowed: frozenset[Reference], message: str, cure: str) -> str:
    if reference_of(_text(value)) not in allowed:
        raise refusal(message, cure)
    return str(value)


def _channel(value: Any) -> str:
    bare = isinstance(value, str) and reference_of(f"#{value}") in CHANNEL
    cure = f'write "#{value}"' if bare else 'write its name as "#tier-2", or its id'
    return _reference(value, CHANNEL, "is no channel", cure)


def _person(value: Any) -> str:
    cure = "write an e-mail address or a member id; groups can't stand here"
    return _reference(value, PERSON, "is no person", cure)


def _mention(value: Any) -> str:
    cure = 'write an e-mail address, a member id, or a group as "@support-leads"'
    return _reference(value, PERSON | GROUP, "is no person and no group", cure)


def _catcher(value: Any) -> str:
    cure = 'write a channel as "#support-managers", or an e-mail address; groups can\'t stand here'
    return _reference(value, PERSON | CHANNEL, "is no channel and no person", cure)


LONGEST_CUSTOMER = 200
"""As much of a customer's name as the form takes."""


def _customer(value: Any) -> str:
    name = _text(value)
    if not name.strip():
        raise refusal("names no customer", 'write a name, or the beginning of one as "Nordic*"')
    if len(name) > LONGEST_CUSTOMER:
        raise refusal(
            f"is longer than the {LONGEST_CUSTOMER} characters of the form", "shorten it, with * for the rest"
        )
    return name


_TIME_OF_DAY = re.compile(r"\d\d:\d\d")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(value: Any) -> str:
    if _text(value) not in WEEKDAYS:
        raise refusal("is no day of the week", one_of(str(value), WEEKDAYS))
    return str(value)


def _time_of_day(value: Any) -> time:
    try:
        return time.fromisoformat(_text(value)) if _TIME_OF_DAY.fullmatch(_text(value)) else _no_time()
    except ValueError:
        return _no_time()


def _no_time() -> time:
    raise refusal("is no time of day", "write hours and minutes such as 09:00, in quotes")


Weekday = Annotated[str, PlainValidator(_weekday)]
TimeOfDay = Annotated[time, PlainValidator(_time_of_day)]
Duration = Annotated[timedelta, PlainValidator(_duration)]
PromiseChoice = Annotated[str, PlainValidator(_choice)]
Name = Annotated[str, PlainValidator(_name)]
Zone = Annotated[str, PlainValidator(_zone)]
TicketPattern = Annotated[str, PlainValidator(_pattern)]
FormField = Annotated[str, PlainValidator(_field)]
SeverityName = Annotated[Severity, PlainValidator(_severity)]
Channel = Annotated[str, PlainValidator(_channel)]
Person = Annotated[str, PlainValidator(_person)]
Mention = Annotated[str, PlainValidator(_mention)]
Customer = Annotated[str, PlainValidator(_customer)]
Catcher = Annotated[str, PlainValidator(_catcher)]
