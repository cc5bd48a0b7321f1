"""What the disk itself asks for a commit."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

_PAGE = b"x" * 8192
_TIMES = 200


def sync_seconds(folder: Path) -> float:
    """Say how many seconds it takes to write 8 kB and have it on the disk (median)."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        os.pwrite(file.fileno(), _PAGE * _TIMES, 0)
        os.fsync(file.fileno())
        for number in range(_TIMES):
            os.pwrite(file.fileno(), _PAGE, number * len(_PAGE))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return float(median(taken))
