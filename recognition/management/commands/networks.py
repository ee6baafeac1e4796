"""``manage.py networks``: which networks are at work."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recognition.engine.errors import EngineError
from recognition.networks import network_infos, profile_reason, resolved_profile


class Command(BaseCommand):
    """Prints the profile and, for each role, the network, its fingerprint and licence."""

    help = "Show which networks are at work."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            profile, infos = resolved_profile(), network_infos()
        except EngineError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            networks = [asdict(info) for info in infos]
            self.stdout.write(json.dumps({"profile": profile, "networks": networks}, indent=2))
            return
        self.stdout.write(f"Profile {profile}. {profile_reason()}")
        for info in infos:
            facts = f"{info.role:<11} {info.name:<40} {info.fingerprint:<18}"
            size = f"{info.dimension} numbers" if info.dimension else ""
            self.stdout.write(f"  {facts} {size:<13} {info.licence}")
