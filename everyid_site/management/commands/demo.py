"""``manage.py demo``: everything, with sample footage and a user to look at it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from argparse import BooleanOptionalAction
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from everyid_site.demo.script import EDITED
from everyid_site.embedded import leash
from everyid_site.embedded.errors import ServiceFailed
from everyid_site.embedded.serving import Plan, Say, serve
from everyid_site.embedded.supervisor import Supervisor
from everyid_site.env import BASE_DIR
from everyid_site.management.commands.up import add_serving_arguments
from ingest.models import Asset, Camera, Library, StageRun
from ingest.pipeline import enqueue
from ingest.services.assets import add_file
from ingest.services.cameras import camera_named
from ingest.services.libraries import create_library
from ingest.services.subtitles import is_subtitles

SAMPLE_LIBRARY = "Sample footage"
USER_NAME = "demo"
_WHY_SAMPLE = "The people in the sample footage are drawn: nobody real is recognised."
_WHY_FOLDER = "Indexed with make demo FOOTAGE=… by the operator of this machine, to try EveryID."
POLL_S = 0.5
_MAKE_FILMS = """
import sys
from pathlib import Path
from everyid_site.demo.footage import make_sample_footage
if __name__ == "__main__":
    print(*make_sample_footage(Path(sys.argv[1])), sep="\\n")
"""
_OVER = {Asset.Status.READY, Asset.Status.FAILED, Asset.Status.CANCELLED}


class Command(BaseCommand):
    """Serve, index the sample footage, and say where to look."""

    help = "Run EveryID with sample footage and a demo user until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to serve, and what else to index."""
        add_serving_arguments(parser)
        parser.add_argument("--footage", type=Path, help="a folder (or file) to index too")
        parser.add_argument(
            "--sample", action=BooleanOptionalAction, default=True, help="make sample footage"
        )
        parser.add_argument(
            "--exit-when-ready", action="store_true", help="stop when all is indexed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        footage: Path | None = options["footage"]
        if footage is not None and not footage.expanduser().exists():
            raise CommandError(f"There is no folder or file {footage}.")

        def when_ready(plan: Plan, supervisor: Supervisor) -> None:
            user, password = demo_user()
            progress = Progress(plan.say, supervisor)
            if options["sample"]:
                films = make_films(settings.STATE_DIR / "demo", supervisor, plan.say)
                progress.follow(add_films(user, films, plan.say))
            if footage is not None:
                progress.follow(add_folder(user, footage.expanduser().resolve(), plan.say))
            close_old_connections()
            if supervisor.is_stopping:
                return
            plan.say(banner(plan.url, password))
            if options["exit_when_ready"]:
                supervisor.stop()

        serve(Plan(options["host"], options["port"]), when_ready)


def demo_user() -> tuple[User, str]:
    """The user ``demo`` and a password that stays the same from one start to the next.

    An admin, so that Django admin can be tried; pages show members their libraries alone, still.
    """
    kept = settings.STATE_DIR / "demo_password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(9))
    password = kept.read_text().strip()
    admin = {"is_staff": True, "is_superuser": True}
    user, _ = get_user_model().objects.update_or_create(username=USER_NAME, defaults=admin)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user, password


def make_films(folder: Path, supervisor: Supervisor, say: Say) -> list[Path]:
    """The sample films, made unless they are there; [] if everything is being stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    noted = folder / f"films-{_digest_of_the_makers()}.json"
    if noted.exists():
        films = [Path(name) for name in json.loads(noted.read_text())]
        if all(film.exists() for film in films):
            return films
    say("Making sample footage (once; about a minute)")
    films = _run_maker(folder, supervisor)
    if films:
        noted.write_text(json.dumps([str(film) for film in films]))
    return films


def _digest_of_the_makers() -> str:
    """Changes with the code that draws the films, so that they are asked for again."""
    sources = sorted((BASE_DIR / "everyid_site" / "demo").glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def _run_maker(folder: Path, supervisor: Supervisor) -> list[Path]:
    """Make them in a process that ends with us, or as soon as everything is being stopped."""
    process = subprocess.Popen(
        leash.tied_to_this_process((sys.executable, "-c", _MAKE_FILMS, str(folder))),
        cwd=BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while True:
        try:
            printed, _ = process.communicate(timeout=POLL_S)
            break
        except subprocess.TimeoutExpired:
            if supervisor.is_stopping:
                os.killpg(process.pid, signal.SIGKILL)
    if supervisor.is_stopping:
        return []
    if process.returncode:
        raise ServiceFailed("The sample footage could not be made; the reason is printed above.")
    return [Path(line) for line in printed.splitlines()]


def add_films(user: User, films: list[Path], say: Say) -> list[Asset]:
    """Offer the sample films to their library, each with its folder's camera."""
    library = _library(SAMPLE_LIBRARY, user, _WHY_SAMPLE)
    if not library.is_sample:
        library.is_sample = True
        library.save(update_fields=["is_sample"])
    return _add(library, user, films, say, camera_of=_camera_of_film)


def add_folder(user: User, path: Path, say: Say) -> list[Asset]:
    """Offer a folder's files (or one file) to the library named after it."""
    files = [path] if path.is_file() else sorted(_files_under(path))
    return _add(_library(path.name or "Footage", user, _WHY_FOLDER), user, files, say)


def _camera_of_film(library: Library, path: Path) -> Camera | None:
    """A sample film's folder is its camera; what was edited is of many."""
    folder = path.parent.name
    return None if folder == EDITED else camera_named(library=library, name=folder)


def _no_camera(library: Library, path: Path) -> None:
    """Of other folders nothing is known."""


def banner(url: str, password: str) -> str:
    """What a person needs to know, hard to overlook."""
    lines = [
        "EveryID is ready",
        "",
        f"  {url}",
        f"  user      {USER_NAME}",
        f"  password  {password}",
        "",
        "Ctrl-C stops it.",
    ]
    width = max(len(line) for line in lines) + 2
    rule = "─" * width
    return "\n".join(("", rule, *(f" {line}" for line in lines), rule, ""))


class Progress:
    """Shows how far indexing is: one line that changes on a terminal, else a line per asset."""

    def __init__(self, say: Say, supervisor: Supervisor) -> None:
        self.say = say
        self.supervisor = supervisor
        self.is_terminal = sys.stdout.isatty()

    def follow(self, assets: list[Asset]) -> None:
        """Return when every asset is ready or failed, or everything is being stopped."""
        seen: set[int] = set()
        while not self.supervisor.is_stopping:
            rows = {row.pk: row for row in Asset.objects.filter(pk__in=[a.pk for a in assets])}
            for pk, asset in rows.items():
                if asset.status in _OVER and pk not in seen:
                    seen.add(pk)
                    self._clear()
                    self.say(f"[{len(seen)}/{len(rows)}] {_outcome(asset)}")
            if len(seen) == len(rows):
                return
            self._show(f"[{len(seen)}/{len(rows)}] {_at_work(rows.values())}")
            time.sleep(POLL_S)

    def _show(self, text: str) -> None:
        if self.is_terminal:
            sys.stdout.write(f"\r\033[K{text[:100]}")
            sys.stdout.flush()

    def _clear(self) -> None:
        if self.is_terminal:
            sys.stdout.write("\r\033[K")


def _outcome(asset: Asset) -> str:
    reason = f": {asset.error_sentence}" if asset.error_sentence else ""
    return f"{asset.name} {asset.status}{reason}"


def _at_work(assets: Iterable[Asset]) -> str:
    """The stage that is running now, of any of the assets."""
    run = (
        StageRun.objects.filter(asset__in=list(assets), state=StageRun.State.RUNNING)
        .select_related("asset")
        .first()
    )
    if run is None:
        return "waiting for the worker"
    return f"{run.asset.name}: {run.stage.rpartition('.')[2]} {run.progress} %"


def _library(name: str, user: User, reason: str) -> Library:
    known = Library.objects.filter(name=name).first()
    if known is None:
        return create_library(name=name, owner=user, recognition_reason=reason)
    known.memberships.get_or_create(user=user, defaults={"role": "owner"})
    return known


def _files_under(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        # Subtitles are read with the footage that they lie beside.
        if path.is_file() and not hidden and not is_subtitles(path.name):
            yield path


def _add(
    library: Library,
    user: User,
    files: Iterable[Path],
    say: Say,
    *,
    camera_of: Callable[[Library, Path], Camera | None] = _no_camera,
) -> list[Asset]:
    """Offer the files, in place; say which are refused. Those there already come back as well."""
    assets = []
    for path in files:
        added = add_file(
            library=library,
            path=path,
            name=path.name,
            user=user,
            in_place=True,
            camera=camera_of(library, path),
        )
        if added.asset is not None:
            enqueue(added.asset)  # again, for one that is there: stages may have changed
            assets.append(added.asset)
        else:
            say(f"{path.name} refused: {added.sentence}")
    return assets
