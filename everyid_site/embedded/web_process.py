"""The web server: granian with threads around the WSGI application. ``… web_process HOST PORT``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from everyid_site.embedded.leash import die_with_parent
from everyid_site.env import one_product_at_a_time

# One process (the text encoder is loaded once) with threads enough for some players that fetch
# pieces of proxies slowly; each thread may hold one database connection (max_connections 60).
THREADS = 16
BACKLOG_REQUESTS = 128
COLLECT_EVERY = (50_000, 20, 50)
"""Values made, and younger collections, between collections of rubbish; Python's: 700, 10, 10."""


def load_application() -> Callable[..., Any]:
    """The WSGI application, in granian's worker process, tied to granian's main process."""
    die_with_parent()
    from everyid_site.wsgi import application

    # What is loaded now stays: looking through it for rubbish in the middle of searches, which
    # make many small values, took an eighth to a quarter of their processor time (20,000
    # keyframes: 322 → 228 ms at "two men in a forest at night").
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_EVERY)
    return application


def main(words: list[str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    host, port = words
    one_product_at_a_time()
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
