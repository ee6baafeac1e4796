"""``manage.py mcp``: EveryID for agents, over stdin and stdout as one user, or over HTTP."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ingest.services.tokens import find_token

PORT = 8001


class Command(BaseCommand):
    """Serve agents until they hang up, or until it is told to stop."""

    requires_system_checks = []
    help = "Serve agents by the Model Context Protocol on stdin and stdout, or over HTTP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--user", help="Act as this user; else EVERYID_MCP_TOKEN says who.")
        parser.add_argument("--read-only", action="store_true", help="Change nothing.")
        parser.add_argument(
            "--http", action="store_true", help="Serve over HTTP; every request brings its token."
        )
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--port", type=int, default=PORT, help="Port to listen on.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve."""
        try:
            from search.agent_serving import serve_here, serve_http
        except ModuleNotFoundError as error:
            raise CommandError(
                f"{error.name} is not installed: pip install 'everyid[agents]'."
            ) from error
        if options["http"]:
            if options["user"] or options["read_only"]:
                raise CommandError("Over HTTP the token of each request says who asks.")
            address = f"http://{options['host']}:{options['port']}/mcp"
            self.stdout.write(f"Agents are served at {address}.")
            serve_http(host=options["host"], port=options["port"])
        else:
            user, may_write = _user(options["user"])
            serve_here(user, may_write=may_write and not options["read_only"])


def _user(name: str | None) -> tuple[User, bool]:
    """Whom to act as, and whether anything may be changed."""
    if name:
        found = get_user_model().objects.filter(username=name, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no user named {name}.")
        return found, True
    token = find_token(settings.MCP_TOKEN) if settings.MCP_TOKEN else None
    if token is None:
        raise CommandError("Say who asks: --user NAME, or an API token in EVERYID_MCP_TOKEN.")
    return token.user, token.scope == "write"
