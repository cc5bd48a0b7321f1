"""Listeners for actions."""
