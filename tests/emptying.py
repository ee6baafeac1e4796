"""After a test that commits, the database is emptied: what has rows, and nothing else.

Django would truncate every table, each with its indexes, and make all permissions anew, which
takes seconds on a busy machine. Content types and permissions are nobody's to change: they stay.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Identifier, Literal

STAY = {"django_content_type", "auth_permission"}
_WITH_VECTORS = """
SELECT DISTINCT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind = 'r' AND t.typname IN ('vector', 'halfvec') AND c.relname = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.confrelid = c.oid AND f.contype = 'f')
"""
"""Truncated: in an index of vectors, deleted rows stay in searches' way until a vacuum."""


def empty_database(case: Any = None) -> None:
    """In the place of ``TransactionTestCase._fixture_teardown``."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = SQL(" UNION ALL ").join(
        SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(Literal(name), Identifier(name))
        for name in sorted(set(names) - STAY)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [name for (name,) in cursor.fetchall()]
        cursor.execute(_WITH_VECTORS, [filled])
        with_vectors = {name for (name,) in cursor.fetchall()}
        # References are looked at when the transaction ends, so that any order will do.
        for name in filled:
            how = "TRUNCATE {}" if name in with_vectors else "DELETE FROM {}"
            cursor.execute(SQL(how).format(Identifier(name)))
