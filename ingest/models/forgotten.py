"""Names that were erased, as digests: so that what is read anew does not say them again."""

from __future__ import annotations

from django.db import models

from ingest.models.library import Library


class ForgottenName(models.Model):
    """A name that was erased from a library, for the footage that was there by then.

    ``digest`` is keyed with the server's secret key, which lies outside the database: the name
    cannot be read out of it. ``is_kept``: the name of somebody else, which has an erased one in it.
    """

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="forgotten_names")
    digest = models.CharField(max_length=64)
    word_count = models.PositiveSmallIntegerField()
    is_kept = models.BooleanField(default=False)
    forgotten_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("library", "digest"), name="forgotten_once"),
        ]

    def __str__(self) -> str:
        return "a forgotten name"
