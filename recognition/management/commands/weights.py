"""``manage.py weights list|pull|verify``: the weights that networks need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognition.engine import weights
from recognition.engine.errors import EngineError, WeightsError, WeightsMissing
from recognition.engine.manifest import WeightsEntry


class Command(BaseCommand):
    """Lists, pulls and verifies weights. Licences are shown and agreed to before a pull."""

    help = "List, pull or verify the weights of the networks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("list", "pull", "verify"))
        parser.add_argument("names", nargs="*", help="Names as in the list; none: all of them.")
        parser.add_argument("--mirror", help="Folder or address; default: EVERYID_WEIGHTS_MIRROR.")
        parser.add_argument("--yes", action="store_true", help="Agree to the licences.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entries = _chosen(options["names"])
            if options["action"] == "pull":
                self._pull(entries, options)
            report = [_state(entry, folder) for entry, folder in entries]
        except EngineError as error:
            raise CommandError(str(error)) from error
        self._print(report, is_json=options["json"])
        bad = [item for item in report if item["state"] != "here"]
        if options["action"] == "verify" and any(
            item["state"] == "damaged" or item["ships"] or options["names"] for item in bad
        ):
            raise CommandError(f"{len(bad)} of {len(report)} weights cannot be used.")

    def _pull(self, entries: list[tuple[WeightsEntry, Path]], options: dict[str, Any]) -> None:
        missing = [
            (entry, folder)
            for entry, folder in entries
            if folder != weights.BUILTIN_DIR and not weights.is_present(entry, folder)
        ]
        if not missing:
            return
        self._agree([entry for entry, _ in missing], is_yes=options["yes"])
        mirror = options["mirror"] or settings.WEIGHTS_MIRROR or None
        for entry, folder in missing:
            self.stderr.write(f"Pulling {entry.name} …")
            weights.pull(entry, mirror, folder)

    def _agree(self, entries: list[WeightsEntry], *, is_yes: bool) -> None:
        self.stderr.write("These weights were made by others, under these licences:")
        for entry in entries:
            self.stderr.write(f"  {entry.name}: {entry.licence} ({_megabytes(entry)} MB)")
            self.stderr.write(f"    {entry.source}")
        if is_yes:
            return
        try:
            answer = input("Pull them? [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was pulled. Answer y, or give --yes.")

    def _print(self, report: list[dict[str, Any]], *, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps({"weights": report}, indent=2))
            return
        for item in report:
            origin = "ships" if item["ships"] else "pulled"
            self.stdout.write(
                f"{item['state']:<8} {item['role']:<11} {item['name']:<45} "
                f"{item['bytes'] / 1e6:6.1f} MB  {origin:<7} {item['licence']}"
            )


def _chosen(names: list[str]) -> list[tuple[WeightsEntry, Path]]:
    """The entries asked for, each with the folder it belongs in."""
    every = [(entry, weights.BUILTIN_DIR) for entry in weights.builtin_weights()]
    every += [(entry, settings.WEIGHTS_DIR) for entry in weights.light_weights()]
    known = {entry.name for entry, _ in every}
    if unknown := sorted(set(names) - known):
        raise CommandError(f"No weights are called {', '.join(unknown)}: see `weights list`.")
    return [(entry, folder) for entry, folder in every if not names or entry.name in names]


def _state(entry: WeightsEntry, folder: Path) -> dict[str, Any]:
    state = "here"
    try:
        weights.verify(entry, folder)
    except WeightsMissing:
        state = "missing"
    except WeightsError:
        state = "damaged"
    return {
        "name": entry.name,
        "role": entry.role,
        "state": state,
        "ships": folder == weights.BUILTIN_DIR,
        "bytes": entry.bytes,
        "licence": entry.licence,
        "source": entry.source,
        "fingerprint": entry.fingerprint,
    }


def _megabytes(entry: WeightsEntry) -> str:
    return f"{entry.bytes / 1e6:.1f}"
