"""The product's Celery application with one task more: it notes that it ran. For test_broker."""

from __future__ import annotations

import os
import time
from pathlib import Path

from everyid_site.celery import app


@app.task(name="tests.echo")
def echo(folder: str, name: str, patience_s: float = 0.0) -> None:
    """Write who runs it and when, then wait so long at most for a file ``NAME.go``."""
    started = Path(folder) / f"{name}.started"
    started.write_text(f"{os.getpid()} {os.getppid()} {time.time()}")
    until = time.monotonic() + patience_s
    while not (Path(folder) / f"{name}.go").exists() and time.monotonic() < until:
        time.sleep(0.05)
    (Path(folder) / f"{name}.done").write_text(str(time.time()))
