"""Listeners for views."""
