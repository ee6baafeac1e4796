"""Dying with the parent, even when the parent is killed with SIGKILL (on Linux).

``python -m everyid_site.embedded.leash PARENT_PID PROGRAM WORD…`` becomes PROGRAM, tied to the
process that started it. A start through exec needs no code between fork and exec, which is unsafe
in a process with threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel for a signal when the parent dies. Does nothing where there is no prctl."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")


def tied_to_this_process(words: Sequence[str]) -> list[str]:
    """The command line that runs ``words`` on a leash."""
    return [sys.executable, "-S", __file__, str(os.getpid()), *words]


def main(words: list[str]) -> None:
    """Tie this process to its parent, then become the program."""
    parent, program = int(words[0]), words[1]
    die_with_parent()
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
    os.execv(program, words[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
