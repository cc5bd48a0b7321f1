"""The `rung` command: one module a verb."""
