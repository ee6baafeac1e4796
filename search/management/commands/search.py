"""``manage.py search "woman in red coat"``: the page's answers at the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError

from ingest.models import Library
from search.filters import Filters
from search.finder import SearchResult, find
from search.forms import MOST
from search.retrieval import Sources
from search.serializers import as_json

_SOURCES = {
    "all": Sources(),
    "vectors": Sources(structure=False, text=False),
    "text": Sources(vectors=False, structure=False),
    "structure": Sources(vectors=False, text=False),
    "without-vectors": Sources(vectors=False),
    "without-crops": Sources(crops=False),
    "without-structure": Sources(structure=False),
    "without-text": Sources(text=False),
}


class Command(BaseCommand):
    """Find moments."""

    requires_system_checks = []
    help = "Find moments by a question in plain language."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("query", nargs="?", default="", help="A question; empty: the latest.")
        parser.add_argument("--json", action="store_true", help="JSON, as the API answers.")
        parser.add_argument("--limit", type=int, default=10, help=f"Moments, at most {MOST}.")
        parser.add_argument("--library", action="append", default=[], help="A library's name.")
        parser.add_argument("--user", help="See what this user sees; else all libraries.")
        parser.add_argument(
            "--batch",
            type=Path,
            help="Answer every line of a file: {“query”: …} or plain text; JSON is a list then.",
        )
        parser.add_argument(
            "--sources", choices=sorted(_SOURCES), default="all", help="Evidence used; to compare."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one question, or a file of them."""
        user, filters = _user(options["user"]), _filters(options["library"])
        queries = _read_batch(options["batch"]) if options["batch"] else [options["query"]]
        limit = max(1, min(MOST, options["limit"]))
        sources = _SOURCES[options["sources"]]
        results = [
            find(query, user=user, filters=filters, limit=limit, sources=sources)
            for query in queries
        ]
        if options["json"]:
            answers = [as_json(result) for result in results]
            whole = answers if options["batch"] else answers[0]
            self.stdout.write(json.dumps(whole, ensure_ascii=True))
        else:
            self.stdout.write("\n\n".join(as_table(result) for result in results))


def _user(name: str | None) -> AbstractBaseUser | None:
    if not name:
        return None
    found = get_user_model().objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no user named {name}.")
    return found


def _filters(names: list[str]) -> Filters:
    slugs = []
    for name in names:
        library = Library.objects.filter(name=name).first()
        if library is None:
            raise CommandError(f"There is no library named {name}.")
        slugs.append(library.slug)
    return Filters(library=tuple(slugs))


def _read_batch(path: Path) -> list[str]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    return [_query_of(line) for line in text.splitlines() if line.strip()]


def _query_of(line: str) -> str:
    if line.lstrip().startswith("{"):
        try:
            return str(json.loads(line)["query"])
        except (ValueError, KeyError) as error:
            raise CommandError(f"Not a line with a “query”: {line[:80]}") from error
    return line.strip()


def as_table(result: SearchResult) -> str:
    """Plain text: score, time, file, why."""
    if not result.moments:
        return "Nothing found." if result.state != "nothing_indexed" else "No footage yet."
    lines = []
    for found in result.moments:
        why = "; ".join(
            f"{w.reason.words} {w.reason.strength:.2f}" for w in found.why if w.reason.strength
        )
        name = "".join(c if c.isprintable() else "?" for c in found.asset.name)
        times = f"{float(found.start_s):8.2f}–{float(found.end_s):8.2f} s"
        lines.append(f"{found.moment.score:.2f} {found.moment.band:<8} {times}  {name}  {why}")
    return "\n".join(lines)
