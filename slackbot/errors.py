"""Every error Rung raises on purpose: one root, few leaves, the docstring is the message."""

from __future__ import annotations


class RungError(Exception):
    """Something went wrong in Rung."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")


class SettingsError(RungError):
    """The settings are incomplete; see the message for the variable and its cure."""


class PolicyError(RungError):
    """The policy can't be used; see the message for each problem and its cure."""


class StorageError(RungError):
    """The database can't be used; see the message for the cure."""
