"""The web server: granian with threads around the WSGI application. ``… web_process HOST PORT``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from everyid_site.embedded.leash import die_with_parent

# One process (the text encoder is loaded once) with threads enough for some players that fetch
# pieces of proxies slowly; each thread may hold one database connection (max_connections 60).
THREADS = 16
BACKLOG_REQUESTS = 128


def load_application() -> Callable[..., Any]:
    """The WSGI application, in granian's worker process, tied to granian's main process."""
    die_with_parent()
    from everyid_site.wsgi import application

    return application


def main(words: list[str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    host, port = words
    Granian(
        "everyid_site.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=BACKLOG_REQUESTS,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=3,
        log_level=LogLevels.error,
    ).serve(target_loader=load_application, wrap_loader=False)


if __name__ == "__main__":
    main(sys.argv[1:])
