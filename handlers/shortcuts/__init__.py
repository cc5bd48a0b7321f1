"""Listeners for shortcuts."""
