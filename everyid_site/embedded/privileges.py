"""Running Postgres' programs as somebody who is not root, which Postgres insists on.

As root the programs run through ``setpriv`` as the owner of the data folder, or as ``postgres``
or ``nobody`` when it is new. Parent folders (``/root``, say) may be closed to that user and are
never chmod-ed: where the kernel lets us, the programs keep CAP_DAC_READ_SEARCH (enter and read
any folder, write nowhere) instead.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from everyid_site.embedded.errors import PostgresUnavailable

_CAPABILITY = "+dac_read_search"


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs a program: ids, and the words to put before its command line."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        """Give ``path`` to this account."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def choose_account(data_dir: Path, program: Path) -> Account:
    """The account for the server over ``data_dir``; ``program`` is one that it must be able to run.

    Raises PostgresUnavailable if root finds nobody to drop to, or that user cannot get at the
    program or the data.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    uid, gid = _ids(data_dir)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresUnavailable(
            "Postgres does not run as root and the program setpriv (util-linux) is missing: "
            "install it, or start EveryID as an ordinary user."
        )
    drop = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    keep = (*drop, f"--inh-caps={_CAPABILITY}", f"--ambient-caps={_CAPABILITY}")
    for prefix in (keep, drop):
        if _can_reach(prefix, program, data_dir.parent):
            return Account(uid, gid, prefix)
    raise PostgresUnavailable(
        f"Postgres does not run as root, and the user it would run as (uid {uid}) cannot enter "
        f"{data_dir.parent} or run {program}: start EveryID as an ordinary user, or set "
        "EVERYID_STATE_DIR to a folder under parents that everyone may enter."
    )


def _ids(data_dir: Path) -> tuple[int, int]:
    """The owner of existing data, else the first unprivileged user that the machine knows."""
    if data_dir.exists() and (owner := data_dir.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PostgresUnavailable(
        "Postgres does not run as root and this machine has no user postgres or nobody: "
        "start EveryID as an ordinary user."
    )


def _can_reach(prefix: tuple[str, ...], program: Path, folder: Path) -> bool:
    script = 'cd "$1" && exec "$0" --version'
    command = [*prefix, "/bin/sh", "-c", script, str(program), str(folder)]
    return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0
