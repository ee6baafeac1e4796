"""``manage.py search "woman in red coat"``: the page's answers at the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError

from ingest.models import Library
from search.finder import SearchResult, find
from search.forms import MOST
from search.ranking.filters import Filters
from search.retrieval.gathering import Sources
from search.serializers.searching import as_json

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
        parser.add_argument("--like", default="", help="frame:ID or track:ID: more like this.")
        parser.add_argument(
            "--batch",
            type=Path,
            help="Answer each line of a file: {“query”: …, “like”: …} or text; JSON: a list.",
        )
        parser.add_argument(
            "--sources", choices=sorted(_SOURCES), default="all", help="Evidence used; to compare."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one question, or a file of them."""
        user, filters = _user(options["user"]), _filters(options["library"])
        asked = [_Asked(options["query"], options["like"])]
        queries = _read_batch(options["batch"]) if options["batch"] else asked
        limit = max(1, min(MOST, options["limit"]))
        sources = _SOURCES[options["sources"]]
        results = [
            find(
                query.text,
                user=user,
                filters=replace(filters, like=(query.like,) if query.like else ()),
                limit=limit,
                sources=sources,
            )
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


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    like: str = ""


def _read_batch(path: Path) -> list[_Asked]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    return [_query_of(line) for line in text.splitlines() if line.strip()]


def _query_of(line: str) -> _Asked:
    if line.lstrip().startswith("{"):
        try:
            asked = json.loads(line)
            return _Asked(str(asked["query"]), str(asked.get("like", "")))
        except (ValueError, KeyError) as error:
            raise CommandError(f"Not a line with a “query”: {line[:80]}") from error
    return _Asked(line.strip())


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
