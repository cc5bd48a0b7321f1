"""Rung: chat-ops escalation for customer support."""
