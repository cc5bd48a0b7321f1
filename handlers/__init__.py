"""Listeners: Slack payload in, service call, answer out."""
