"""``manage.py weights list|pull|verify|remove``: the weights that networks need."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognition.engine import profiles
from recognition.engine.errors import EngineError, WeightsError, WeightsMissing
from recognition.engine.lock import locked
from recognition.engine.manifest import WeightsEntry
from recognition.engine.pulling import Origin, pull, remove
from recognition.engine.weights import is_present, verify
from recognition.networks import networks_wanted

TELL_EVERY = 0.1
"""Of a file, between two lines of progress."""


class Command(BaseCommand):
    """Lists, pulls, verifies and removes. Licences are shown and agreed to before a pull."""

    help = "List, pull, verify or remove the weights of the networks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("list", "pull", "verify", "remove"))
        parser.add_argument(
            "names",
            nargs="*",
            help="Names as in the list, or profiles. None: pull what the profile at work needs; "
            "list and verify all.",
        )
        parser.add_argument("--mirror", help="Folder or address; default: EVERYID_WEIGHTS_MIRROR.")
        parser.add_argument("--yes", action="store_true", help="Agree to permissive licences.")
        parser.add_argument(
            "--accept-licence",
            action="store_true",
            help="Agree also to licences that bind: AGPL, research only, restricted, unstated.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        action = options["action"]
        try:
            entries = _chosen(options["names"], action)
            if action == "pull":
                self._pull(entries, options)
            elif action == "remove":
                self._remove(entries, options["names"])
            report = [_state(entry) for entry in entries]
        except EngineError as error:
            raise CommandError(str(error)) from error
        self._print(report, is_json=options["json"])
        if action == "verify":
            _complain(report, is_named=bool(options["names"]))

    def _pull(self, entries: Sequence[WeightsEntry], options: dict[str, Any]) -> None:
        missing = [entry for entry in entries if _is_pulled(entry) and not _is_here(entry)]
        if not missing:
            return
        self._agree(missing, options)
        origin = Origin(
            mirror=options["mirror"] or settings.WEIGHTS_MIRROR,
            hub_endpoint=settings.HUB_ENDPOINT,
            token=settings.HUB_TOKEN,
            is_offline=settings.OFFLINE,
        )
        for entry in missing:
            self.stderr.write(f"Pulling {entry.name} …")
            pull(entry, origin, settings.WEIGHTS_DIR, self._teller())

    def _teller(self) -> Any:
        told: dict[str, float] = {}

        def tell(path: str, done: int, total: int) -> None:
            share = done / total if total else 0.0
            if share >= told.get(path, 0.0) + TELL_EVERY or done == total:
                told[path] = share
                self.stderr.write(f"  {path}: {done / 1e6:.1f} of {total / 1e6:.1f} MB")

        return tell

    def _agree(self, entries: Sequence[WeightsEntry], options: dict[str, Any]) -> None:
        self.stderr.write("These weights were made by others, under these licences:")
        for entry in entries:
            terms = f" [{', '.join(entry.terms)}]" if entry.terms else ""
            self.stderr.write(f"  {entry.name}: {entry.licence}{terms} ({_megabytes(entry)} MB)")
            self.stderr.write(f"    {entry.source}")
        if options["accept_licence"]:
            return
        if careful := [entry.name for entry in entries if entry.is_careful]:
            raise CommandError(
                f"Nothing was pulled. The licence of {', '.join(careful)} binds whoever uses it: "
                "read it, and give --accept-licence if you agree."
            )
        if options["yes"]:
            return
        try:
            answer = input("Pull them? [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was pulled. Answer y, or give --yes.")

    def _remove(self, entries: Sequence[WeightsEntry], names: Sequence[str]) -> None:
        if not names:
            raise CommandError("Which weights? Name them, or a profile.")
        for entry in entries:
            if _is_pulled(entry):
                freed = remove(entry, settings.WEIGHTS_DIR)
                self.stderr.write(f"Removed {entry.name}: {freed / 1e6:.1f} MB.")

    def _print(self, report: list[dict[str, Any]], *, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps({"weights": report}, indent=2))
            return
        for item in report:
            terms = f" [{', '.join(item['terms'])}]" if item["terms"] else ""
            self.stdout.write(
                f"{item['state']:<8} {item['role']:<11} {item['name']:<45} "
                f"{item['bytes'] / 1e6:8.1f} MB  {item['origin']:<7} {item['licence']}{terms}"
            )


def _chosen(names: Sequence[str], action: str) -> tuple[WeightsEntry, ...]:
    every = profiles.every_entry()
    if not names:
        return profiles.entries_of(networks_wanted()) if action == "pull" else every
    known: dict[str, tuple[WeightsEntry, ...]] = {entry.name: (entry,) for entry in every}
    for profile in profiles.PROFILES:
        wanted = networks_wanted() if profile == "auto" else profiles.profile_networks(profile)
        known[profile] = profiles.entries_of(wanted)
    if unknown := sorted(set(names) - known.keys()):
        raise CommandError(f"No weights are called {', '.join(unknown)}: see `weights list`.")
    return tuple({entry.name: entry for name in names for entry in known[name]}.values())


def _complain(report: list[dict[str, Any]], *, is_named: bool) -> None:
    def is_bad(item: dict[str, Any]) -> bool:
        is_wanted = is_named or item["origin"] == "ships"
        return item["state"] == "damaged" or (item["state"] == "missing" and is_wanted)

    if bad := sum(is_bad(item) for item in report):
        raise CommandError(f"{bad} of {len(report)} weights cannot be used.")


def _is_pulled(entry: WeightsEntry) -> bool:
    """Whether an entry has files that are pulled."""
    return bool(entry.files) and not profiles.ships(entry)


def _is_here(entry: WeightsEntry) -> bool:
    return is_present(entry, profiles.folder_of(entry, settings.WEIGHTS_DIR))


def _state(entry: WeightsEntry) -> dict[str, Any]:
    folder: Path = profiles.folder_of(entry, settings.WEIGHTS_DIR) or settings.WEIGHTS_DIR
    known = locked(entry, folder)
    state = "here" if entry.files else "server"
    try:
        verify(entry, folder)
    except WeightsMissing:
        state = "missing"
    except WeightsError:
        state = "damaged"
    return {
        "name": entry.name,
        "role": profiles.role_of(entry),
        "state": state,
        "origin": "ships" if profiles.ships(entry) else entry.kind.replace("file", "url"),
        "ships": profiles.ships(entry),
        "bytes": known.bytes,
        "licence": entry.licence,
        "terms": list(entry.terms),
        "source": entry.source,
        "files": {file.path: file.sha256 for file in known.files},
        "fingerprint": known.fingerprint if known.is_locked else "",
    }


def _megabytes(entry: WeightsEntry) -> str:
    return f"{entry.bytes / 1e6:.1f}"
