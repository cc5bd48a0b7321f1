"""Slack's rules for Block Kit payloads, as tables: what is accepted, what it weighs, how it reads."""
