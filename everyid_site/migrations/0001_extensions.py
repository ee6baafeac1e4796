"""The Postgres extensions that every room's tables rest on, made before any of them."""

from __future__ import annotations

from pathlib import Path

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations
from pgvector.django import VectorExtension

_INGEST = Path(__file__).resolve().parents[2] / "ingest" / "migrations" / "0001_initial.py"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [("ingest", "0001_initial")] if _INGEST.exists() else []
    operations = [VectorExtension(), TrigramExtension(), UnaccentExtension()]
