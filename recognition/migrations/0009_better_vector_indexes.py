"""HNSW indexes that were built with pgvector's ``ef_construction`` are built anew with twice that."""

from typing import Any

from django.db import migrations
from psycopg import sql

EF_CONSTRUCTION = 128
MEMORY = "1GB"
"""While an index is built: that of a million vectors of 256 dimensions."""


def build_anew(apps: Any, schema_editor: Any) -> None:
    """A million vectors take some minutes, in which nothing can be searched."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
            " AND indexdef LIKE '% USING hnsw %' AND indexname LIKE 'recognition%'"
        )
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(sql.SQL("SET LOCAL maintenance_work_mem = {}").format(MEMORY))
        for name in map(sql.Identifier, names):
            better = sql.SQL("ALTER INDEX {} SET (ef_construction = {})")
            cursor.execute(better.format(name, sql.Literal(EF_CONSTRUCTION)))
            cursor.execute(sql.SQL("REINDEX INDEX {}").format(name))


class Migration(migrations.Migration):
    dependencies = [("recognition", "0008_main_looks")]

    operations = [migrations.RunPython(build_anew, migrations.RunPython.noop)]
