"""Message, view and word templates, read through importlib.resources."""
