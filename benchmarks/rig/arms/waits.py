"""The control of deadlines: a process that does nothing but wait for moments with Event.wait, and says how late it was.

waits.py count every
    every: seconds between two moments
"""

from __future__ import annotations

import json
import sys
import threading
import time


def main() -> None:
    """Wait, and print how many seconds after each moment the wait returned."""
    count, every = int(sys.argv[1]), float(sys.argv[2])
    event, late = threading.Event(), []
    moment = time.time() + every
    for _ in range(count):
        event.wait(max(0.0, moment - time.time()))
        late.append(time.time() - moment)
        moment += every
    print(json.dumps(late))


if __name__ == "__main__":
    main()
