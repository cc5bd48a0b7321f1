"""The workspace page: the simulated Slack to look at and to act in, for people with a browser."""
