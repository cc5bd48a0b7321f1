"""The workspace page, driven in a real browser."""
