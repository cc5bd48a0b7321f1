"""The tables as they are after the newest migration."""
