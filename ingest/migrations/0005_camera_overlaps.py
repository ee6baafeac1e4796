"""Cameras that see one place at once are said to."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0004_api_tokens")]

    operations = [
        migrations.AddField(
            model_name="camera",
            name="overlaps",
            field=models.ManyToManyField(
                blank=True,
                help_text="They see one place at once: one person may be on both.",
                to="ingest.camera",
                verbose_name="overlapping cameras",
            ),
        ),
    ]
