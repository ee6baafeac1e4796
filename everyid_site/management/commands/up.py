"""``manage.py up``: everything, in one terminal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from everyid_site.embedded.serving import Plan, serve
from everyid_site.embedded.supervisor import Supervisor
from everyid_site.env import environment


class Command(BaseCommand):
    """Serve until Ctrl-C."""

    help = "Run Postgres, the worker and the web server until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to serve, and what to leave out."""
        add_serving_arguments(parser)
        parser.add_argument("--no-worker", action="store_true", help="index nothing here")
        parser.add_argument("--no-web", action="store_true", help="serve no pages here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        plan = Plan(
            options["host"],
            options["port"],
            with_web=not options["no_web"],
            with_worker=not options["no_worker"],
        )
        serve(plan, _announce)


def add_serving_arguments(parser: CommandParser) -> None:
    """``--host`` and ``--port``, from the environment unless given."""
    env = environment()
    parser.add_argument("--host", default=env.host, help=f"address to listen on ({env.host})")
    parser.add_argument("--port", type=int, default=env.port, help=f"port ({env.port})")


def _announce(plan: Plan, supervisor: Supervisor) -> None:
    if plan.with_web:
        plan.say(f"EveryID is ready at {plan.url} - Ctrl-C stops it")
    else:
        plan.say("The worker is running - Ctrl-C stops it")
