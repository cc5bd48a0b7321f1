"""The demo's page: a furnished support house with a past, and Rung beside it as a process of its own."""
