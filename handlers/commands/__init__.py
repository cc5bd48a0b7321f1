"""Listeners for commands."""
