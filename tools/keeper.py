"""Ends the process groups of a launcher that died without doing so itself.

A launcher killed with ``kill -9`` cannot clean up, and its children would serve on,
holding the port and the database. This small process waits on a pipe that only the
launcher writes to: ``+123`` names a group, ``-123`` takes it back, and the end of the
pipe is the launcher's end, however it came about. The first argument is the number of
the signal that asks the programs to end.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 10.0


def end_groups(groups: set[int], *, farewell: int) -> None:
    """Ask every group to end; kill what is left when the time is over."""
    for group in groups:
        signal_group(group, farewell)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(group_lives, groups)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to all of a group; false when nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def group_lives(group: int) -> bool:
    return signal_group(group, 0)


def main() -> None:
    """Keep the list until the pipe ends, then end what is still on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # we end with the launcher, not before
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    end_groups(groups, farewell=int(sys.argv[1]))


if __name__ == "__main__":
    main()
