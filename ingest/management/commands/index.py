"""``manage.py index PATH…``: take files and folders into a library."""

from __future__ import annotations

import json
import sys
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingest.errors import IngestError
from ingest.management.finding import find_files
from ingest.management.waiting import Results, wait_for
from ingest.models import Library
from ingest.services.assets import add_file
from ingest.services.cameras import camera_named
from ingest.services.libraries import create_library
from ingest.services.names import clean_file_name, clean_text

_REASON = "Indexed by the operator of this installation with manage.py index."


class Command(BaseCommand):
    """Adds footage, in place unless told to copy, and may wait until it is ready."""

    requires_system_checks = []
    help = "Take files and folders into a library, in place, and index them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Paths and how."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help="A video or a folder of them.")
        parser.add_argument("--library", required=True, metavar="NAME", help="Made if new.")
        parser.add_argument("--wait", action="store_true", help="Until all is ready or failed.")
        parser.add_argument("--json", action="store_true", help="The outcome on standard output.")
        parser.add_argument("--copy", action="store_true", help="Copy the files into EveryID.")
        parser.add_argument("--camera", metavar="NAME", help="What recorded them; made if new.")
        parser.add_argument("--owner", metavar="USERNAME", help="Owner of a new library.")
        parser.add_argument(
            "--people",
            action=BooleanOptionalAction,
            default=True,
            help="Whether a new library tells people apart (its switch; default: yes).",
        )
        parser.add_argument(
            "--in-process",
            action="store_true",
            help="With --wait and no worker: run the stages in this very process.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Add, wait, tell."""
        results = Results()
        try:
            self._add(options, results)
            if options["wait"]:
                wait_for(results, self.stderr, in_process=options["in_process"])
        except KeyboardInterrupt:
            self.stderr.write("Interrupted: what was added stays queued.")
            sys.exit(130)
        self._tell(results, as_json=options["json"])
        if results.has_trouble():
            sys.exit(1)

    def _add(self, options: dict[str, Any], results: Results) -> None:
        library = _library(options["library"], options["owner"], tells_apart=options["people"])
        camera = None
        if name := clean_text(options["camera"] or "", limit=120):
            camera = camera_named(library=library, name=name)
        found = find_files([Path(path) for path in options["paths"]])
        if found.skipped:
            self.stderr.write(f"Skipped {found.skipped} files that are no footage by their name.")
        for number, path in enumerate(found.files, 1):
            added = add_file(
                library=library,
                path=path,
                name=path.name or str(path),
                in_place=not options["copy"],
                camera=camera,
            )
            results.take(clean_file_name(path.name or str(path)), added)
            mark = added.sentence or "added"
            self.stderr.write(f"[{number}/{len(found.files)}] {results.names[-1]}: {mark}")

    def _tell(self, results: Results, *, as_json: bool) -> None:
        rows = results.rows()
        if as_json:
            self.stdout.write(json.dumps({"assets": rows}, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write("  ".join(filter(None, (row["status"], row["name"], row["error"]))))


def _library(name: str, owner: str | None, *, tells_apart: bool) -> Library:
    """The library of this name, made if there is none. Raises CommandError."""
    title = clean_text(name, limit=120)
    found = Library.objects.filter(name=title).first()
    if found is not None:
        return found
    try:
        return create_library(
            name=title, owner=_owner(owner), recognition_reason=_REASON if tells_apart else ""
        )
    except IngestError as error:
        raise CommandError(str(error), returncode=2) from error


def _owner(username: str | None) -> AbstractBaseUser | None:
    """The user named; else the only superuser, else the first user, else nobody."""
    users = get_user_model().objects.order_by("pk")
    if username is not None:
        user = users.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user called {username}.", returncode=2)
        return user
    superusers = list(users.filter(is_superuser=True)[:2])
    return superusers[0] if len(superusers) == 1 else users.first()
