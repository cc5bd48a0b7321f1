"""`python -m tests.replicas.doomed POINT`: a replica that kills itself at a point (`tests.crash.points`)."""

from __future__ import annotations

import sys
from ctypes import c_double
from pathlib import Path

from tests.crash.victim import Fate, live

if __name__ == "__main__":
    live(Fate(sys.argv[1], Path("points.log").absolute()), {}, c_double(0.0))
