"""``manage.py mcp --user NAME``: EveryID for agents, over stdin and stdout."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ingest.services.tokens import find_token


class Command(BaseCommand):
    """Serve one user's agent until it hangs up."""

    requires_system_checks = []
    help = "Serve agents by the Model Context Protocol on stdin and stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--user", help="Act as this user; else EVERYID_MCP_TOKEN says who.")
        parser.add_argument("--read-only", action="store_true", help="Change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve."""
        try:
            from search.agents import serve
        except ModuleNotFoundError as error:
            raise CommandError(
                f"{error.name} is not installed: pip install 'everyid[agents]'."
            ) from error
        user, may_write = _user(options["user"])
        serve(user, may_write=may_write and not options["read_only"]).run("stdio")


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
