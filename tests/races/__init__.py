"""Pairs of things that happen at the same moment, over three real processes on one PostgreSQL."""
