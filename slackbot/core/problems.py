"""What is wrong with what somebody wrote: a code and its values, said in words where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemCode(StrEnum):
    """Everything that a line or a form can be sent back for; the last ones only a line."""

    NEEDED = "needed"
    NO_SUMMARY = "no_summary"
    NO_REASON = "no_reason"
    NO_SOLUTION = "no_solution"
    CATEGORY_GONE = "category_gone"
    SEVERITY_UNKNOWN = "severity_unknown"
    WHY_UNKNOWN = "why_unknown"
    DEADLINE_PAST = "deadline_past"
    TOO_LONG = "too_long"
    NOT_OFFERED = "not_offered"
    NO_ZONE = "no_zone"
    SET_BY_POLICY = "set_by_policy"
    DETACHED = "detached"
    TWICE = "twice"
    EMPTY = "empty"
    NO_TIME = "no_time"
    NO_HOUR = "no_hour"
    UNKNOWN = "unknown"
    MISSPELT = "misspelt"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; `values` are what its sentence names."""

    code: ProblemCode
    values: Mapping[str, str] = field(default_factory=dict)
