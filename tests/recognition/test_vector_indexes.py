"""Indexes of vectors: what they are built with, also where an older version built them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from recognition.models import Encoder
from recognition.services.catalogue import (
    HNSW_EF_CONSTRUCTION,
    ensure_indexes,
    index_name,
    tables_of,
)

better = import_module("recognition.migrations.0009_better_vector_indexes")
pytestmark = pytest.mark.django_db


def options_of(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [name])
        [(options,)] = cursor.fetchall()
    return sorted(options)


def test_an_index_of_an_older_version_is_built_anew_with_what_new_ones_have() -> None:
    encoder = Encoder.objects.create(
        name="made", space=Encoder.Space.JOINT, fingerprint="made", dimension=8
    )
    ensure_indexes(encoder)
    names = [index_name(table, encoder) for table in tables_of(encoder)]
    new = [f"ef_construction={HNSW_EF_CONSTRUCTION}", "m=16"]
    assert [options_of(name) for name in names] == [new, new]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER INDEX {name} SET (ef_construction = 64)")
    with connection.schema_editor() as editor:
        better.build_anew(None, editor)
    assert [options_of(name) for name in names] == [new, new]
