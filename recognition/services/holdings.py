"""Where the catalogue holds words and vectors of a library's people, over every room's tables.

Later rooms have tables of their own (saved searches, bins) that this room does not import; Django
knows them all. So what erasure and the access report look through is found by looking at the
models, and a table that is added later is looked through as well.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlencode

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import CharField, Field, JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField
from psycopg import sql

from ingest.models import AuditEntry, Library, Line
from ingest.services.forgetting import FORGOTTEN

ROOMS = ("ingest", "recognition", "search")
ERASED = FORGOTTEN

_DEEPEST = 5  # relations from a table to its library
_ADDRESSES = ("address",)
"""Columns of searches as their pages' addresses spell them."""
_NO_WORDS = ("_key", "sha256", "fingerprint", "_path", "password")


@dataclass(frozen=True, slots=True)
class Mention:
    """A row in which a name stands: where, which row, and in which columns."""

    table: str
    pk: Any
    columns: tuple[str, ...]


def models_of_rooms() -> list[type[Model]]:
    """Every table of the three rooms."""
    return [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


def path_to(model: type[Model], target: type[Model]) -> str | None:
    """The shortest chain of relations from a table to another, as Django spells it."""
    waiting: deque[tuple[type[Model], tuple[str, ...]]] = deque([(model, ())])
    seen = {model}
    while waiting:
        at, path = waiting.popleft()
        for field in (*at._meta.concrete_fields, *at._meta.many_to_many):
            related = field.related_model
            if not isinstance(related, type):
                continue
            if related is target:
                return "__".join((*path, field.name))
            if related not in seen and len(path) < _DEEPEST and _is_ours(related):
                seen.add(related)
                waiting.append((related, (*path, field.name)))
    return None


def rows_of(model: type[Model], library: Library) -> QuerySet[Any]:
    """A table's rows that belong to a library; else to its members; else none."""
    path, by = path_to(model, Library), path_to(model, apps.get_model(settings.AUTH_USER_MODEL))
    theirs = Q(pk__in=[])
    if by is not None:
        # Who left the library may have looked for its people: its log knows who that was.
        left = AuditEntry.objects.filter(library=library).exclude(user=None).values("user")
        theirs = Q(**{f"{by}__memberships__library": library}) | Q(**{f"{by}__in": left})
    if path is None:
        return model._base_manager.filter(theirs).distinct()
    # A chain may end before it reaches a library: an alert need not have an example.
    unbound = Q(**{f"{path}__isnull": True}) & theirs
    return model._base_manager.filter(Q(**{path: library}) | unbound).distinct()


def delete_person_vectors(library: Library) -> int:
    """Delete every vector that tells people of a library apart; how many."""
    deleted = 0
    for model in models_of_rooms():
        columns = model._meta.concrete_fields
        if any(isinstance(field, HalfVectorField) for field in columns):
            rows = rows_of(model, library).filter(encoder__space="person")
            deleted += model._base_manager.filter(
                pk__in=list(rows.values_list("pk", flat=True))
            ).delete()[0]
    return deleted


def forget_examples(library: Library) -> int:
    """Delete the pictures that people of a library search by, which live for an hour anyway; how
    many. Whom they show nobody wrote down: so none stays."""
    deleted = 0
    for model in models_of_rooms():
        columns = model._meta.concrete_fields
        names = {field.name for field in columns}
        if "expires_at" in names and any(isinstance(f, HalfVectorField) for f in columns):
            rows = list(rows_of(model, library).values_list("pk", flat=True))
            deleted += model._base_manager.filter(pk__in=rows).delete()[0]
    return deleted


def mentions(library: Library, names: Sequence[str]) -> list[Mention]:
    """The rows of a library in which one of these names stands as a word."""
    pattern = pattern_of(names)
    found: list[Mention] = []
    for model, row, columns in _candidates(library, names):
        hit = tuple(n for n in columns if pattern.search(_as_read(n, getattr(row, n))))
        if hit:
            found.append(Mention(model._meta.db_table, row.pk, hit))
    return found


def scrub(library: Library, names: Sequence[str], keep: Iterable[str] = ()) -> int:
    """Write ``ERASED`` over names wherever they stand as words in a library; how many rows.

    ``keep``: names of others, which may contain one of these ("Anna Berg" beside "Anna").
    """
    pattern, kept = pattern_of([*names, *keep]), {name.casefold() for name in keep}
    count = 0
    for model, row, columns in _candidates(library, names):
        changed = {}
        for name in columns:
            before = getattr(row, name)
            after = (_without_in_address if name in _ADDRESSES else _without)(before, pattern, kept)
            if after != before:
                changed[name] = after
        if changed:
            model._base_manager.filter(pk=row.pk).update(**changed)
            _forget_lexemes(model, row.pk, names)
            count += 1
    return count


def pattern_of(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names as whole words, the longest first."""
    ordered = sorted({name for name in names if name}, key=len, reverse=True)
    spelled = "|".join(re.escape(name) for name in ordered) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)


def _is_ours(model: type[Model]) -> bool:
    return model._meta.app_label in ROOMS


def _candidates(
    library: Library, names: Sequence[str]
) -> Iterator[tuple[type[Model], Any, tuple[str, ...]]]:
    for model in models_of_rooms():
        columns = _word_columns(model)
        if not columns or not any(names):
            continue
        spelled = Q()
        casts = {f"{name}_words": Cast(name, TextField()) for name in columns}
        for name in columns:
            for person in filter(None, names):
                for spelling in _spellings(name, person):
                    spelled |= Q(**{f"{name}_words__icontains": spelling})
        pks = rows_of(model, library).annotate(**casts).filter(spelled).values("pk")
        for row in model._base_manager.filter(pk__in=list(pks.values_list("pk", flat=True))):
            yield model, row, columns


def _word_columns(model: type[Model]) -> tuple[str, ...]:
    """Columns in which people's words may stand. What files say of themselves is left alone."""
    if model._meta.app_label == "ingest" and model not in (AuditEntry, Line):
        return ()
    return tuple(field.name for field in model._meta.concrete_fields if _has_words(field))


def _has_words(field: Field[Any, Any]) -> bool:
    if field.name.endswith(_NO_WORDS) or field.choices or field.primary_key:
        return False
    if isinstance(field, ArrayField):
        return isinstance(field.base_field, (CharField, TextField))
    return isinstance(field, (CharField, TextField, JSONField))


def _spellings(column: str, person: str) -> set[str]:
    """How a name may stand in a column: as it is, as JSON writes it, as an address does."""
    plain = {person, json.dumps(person, ensure_ascii=False)[1:-1]}
    return plain | {quote_plus(person), quote(person)} if column in _ADDRESSES else plain


def _as_read(column: str, value: Any) -> str:
    return unquote_plus(_as_text(value)) if column in _ADDRESSES else _as_text(value)


def _without_in_address(value: str, pattern: re.Pattern[str], kept: set[str]) -> str:
    """An address whose query says nothing of the names; left as it was where it never did."""
    if not pattern.search(unquote_plus(value)):
        return value
    before, mark, asked = value.rpartition("?")
    pairs = [
        (key, _without(said, pattern, kept))
        for key, said in parse_qsl(asked, keep_blank_values=True)
    ]
    return f"{before}{mark}{urlencode(pairs)}"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _without(value: Any, pattern: re.Pattern[str], kept: set[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda m: m[0] if m[0].casefold() in kept else ERASED, value)
    if isinstance(value, list):
        return [_without(item, pattern, kept) for item in value]
    if isinstance(value, dict):
        return {
            _without(key, pattern, kept): _without(item, pattern, kept)
            for key, item in value.items()
        }
    return value


def _forget_lexemes(model: type[Model], pk: Any, names: Sequence[str]) -> None:
    """Take the names out of the row's full-text vectors as well."""
    for field in model._meta.concrete_fields:
        if not isinstance(field, SearchVectorField):
            continue
        statement = sql.SQL(
            "UPDATE {table} SET {column} = ts_delete({column}, tsvector_to_array("
            "to_tsvector('english', %(name)s) || to_tsvector('simple', %(name)s)"
            " || to_tsvector('english', unaccent(%(name)s))"
            " || to_tsvector('simple', unaccent(%(name)s)))) WHERE {key} = %(pk)s"
        ).format(
            table=sql.Identifier(model._meta.db_table),
            column=sql.Identifier(str(field.column)),
            key=sql.Identifier(str(model._meta.pk.column)),
        )
        with connection.cursor() as cursor:
            for name in filter(None, names):
                cursor.execute(statement, {"name": name, "pk": pk})
