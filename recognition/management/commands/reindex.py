"""``manage.py reindex``: switch pictures or people to another encoder while search goes on."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingest.pipeline.runner import plan_what_changed
from recognition.engine import profiles
from recognition.engine.errors import EngineError
from recognition.errors import RecognitionError
from recognition.models import Encoder, Reindex
from recognition.selectors import current_encoder
from recognition.services.reindexing import reindex

SPACE_OF_ROLE = {"image_text": Encoder.Space.JOINT, "person": Encoder.Space.PERSON}
TOLD = 5
"""So many past switches are shown."""


class Command(BaseCommand):
    """Embeds everything beside the old encoder, then switches; goes on where it was killed."""

    help = "Embed everything with another encoder, then switch to it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--encoder", help="A joint or person network, as `weights list` names it."
        )
        parser.add_argument("--status", action="store_true", help="How far it is; changes nothing.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["encoder"]:
            self._switch(options["encoder"])
        elif not options["status"]:
            raise CommandError("Which encoder? Give --encoder NAME, or --status.")
        self._print(is_json=options["json"])

    def _switch(self, name: str) -> None:
        space = _space_of(name)
        last = -1

        def tell(row: Reindex) -> None:
            nonlocal last
            if row.percent > last or row.state == Reindex.State.DONE:
                last = row.percent
                self.stderr.write(f"{row.encoder}: {row.done} of {row.total} ({row.percent} %)")

        try:
            reindex(space, name, tell)
        except (EngineError, RecognitionError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("Stopped. The same command goes on from here.")
            sys.exit(130)
        planned = plan_what_changed()
        self.stderr.write(
            f"Search uses {name} now. {planned} assets are described and grouped anew with it."
        )

    def _print(self, *, is_json: bool) -> None:
        report = [_state_of(space) for space in Encoder.Space]
        if is_json:
            self.stdout.write(json.dumps({"spaces": report}, indent=2, default=str))
            return
        for item in report:
            self.stdout.write(f"{item['space']}: {item['encoder'] or 'nothing embedded yet'}")
            for row in item["reindexes"]:
                told = f" - {row['sentence']}" if row["sentence"] else ""
                left_out = f", {row['unreadable']} unreadable" if row["unreadable"] else ""
                how_far = f"{row['done']} of {row['total']} ({row['percent']} %{left_out})"
                self.stdout.write(
                    f"  {row['state']:<8} to {row['encoder']}: {how_far},"
                    f" last sign of life {row['beat_at']:%F %T}{told}"
                )


def _space_of(name: str) -> Encoder.Space:
    for entry in profiles.every_entry():
        if entry.name == name and (space := SPACE_OF_ROLE.get(profiles.role_of(entry))):
            return space
    names = [*profiles.choices("image_text"), *profiles.choices("person")]
    raise CommandError(f"No encoder is called {name}; there are {', '.join(names)}.")


def _state_of(space: Encoder.Space) -> dict[str, Any]:
    try:
        current = current_encoder(space)
    except EngineError as error:
        raise CommandError(str(error)) from error
    rows = Reindex.objects.filter(space=space).select_related("encoder")[:TOLD]
    return {
        "space": str(space.value),
        "encoder": current.name if current else None,
        "is_chosen": bool(current and current.is_chosen),
        "reindexes": [
            {
                "encoder": row.encoder.name,
                "state": row.state,
                "done": row.done,
                "total": row.total,
                "percent": row.percent,
                "unreadable": row.unreadable,
                "sentence": row.sentence,
                "started_at": row.started_at,
                "beat_at": row.beat_at,
            }
            for row in rows
        ],
    }
