"""Weeks of Rung under a virtual clock, with faults drawn from a seed: `python -m tests.simulation --weeks 20`."""
