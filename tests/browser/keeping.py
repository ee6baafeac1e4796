"""Footage is indexed once a run: the rows and files that came of it are kept, and brought back for
each test that wants them. Indexing anew takes seconds, and half a minute on a busy machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection, transaction
from psycopg.sql import SQL, Composable, Identifier

from ingest import storage
from ingest.models import Asset, Library

_OTHERS = ("ingest_library", "ingest_membership")
"""Not kept: each test has its own library and people, whom rows that come back are then of."""
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  AND (relname LIKE 'ingest\\_%%' OR relname LIKE 'recognition\\_%%') AND relname <> ALL(%s)
"""
_COLUMNS = """
SELECT a.attname, c.confrelid::regclass::text
FROM pg_attribute a LEFT JOIN pg_constraint c
  ON c.conrelid = a.attrelid AND c.contype = 'f' AND c.conkey = ARRAY[a.attnum]
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""


class Keeper:
    """What was made once, by name: in a schema of its own and in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, list[str]] = {}

    def bring(self, name: str, make: Callable[[], None], library: Library, owner: User) -> None:
        """Make this, or bring it back from the time that it was, as this owner's library.

        Whatever else is in the tables of footage and of people is gone then.
        """
        if name not in self._kept:
            make()
            self._keep(name)
            return
        owners = {"ingest_library": library.pk, "auth_user": owner.pk}
        with transaction.atomic(), connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))
            for table in self._kept[name]:
                columns, values = _columns(table, owners)
                cursor.execute(
                    SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                        Identifier(table),
                        SQL(", ").join(columns),
                        SQL(", ").join(values),
                        Identifier(name, table),
                    )
                )
        for kept in (self._folder / name).iterdir():
            place = storage.derived_root() / kept.name
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(kept, place)

    def _keep(self, name: str) -> None:
        self._kept[name] = []
        with connection.cursor() as cursor:
            cursor.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
            for table in _tables():
                kept = Identifier(name, table)
                cursor.execute(SQL("CREATE TABLE {} AS TABLE {}").format(kept, Identifier(table)))
                if cursor.rowcount:
                    self._kept[name].append(table)
        for asset in Asset.objects.all():
            made = storage.derived_root() / str(asset.pk)
            shutil.copytree(made, self._folder / name / made.name)


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [list(_OTHERS)])
        return [name for (name,) in cursor.fetchall()]


def _columns(table: str, owners: dict[str, int]) -> tuple[list[Composable], list[Composable]]:
    """A table's columns, and what they get: themselves, but for who owns the row."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table])
        found = cursor.fetchall()
    columns: list[Composable] = [Identifier(name) for name, _ in found]
    values: list[Composable] = []
    for name, of in found:
        if of in owners:
            owner = SQL("CASE WHEN {} IS NOT NULL THEN {} END")
            values.append(owner.format(Identifier(name), SQL(str(owners[of]))))
        else:
            values.append(Identifier(name))
    return columns, values
