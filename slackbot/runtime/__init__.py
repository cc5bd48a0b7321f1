"""Threads: the loop and its alarm, Socket Mode, health."""
