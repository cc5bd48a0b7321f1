"""The `rung` command, the demo, and what the documents say about them."""
