"""Names that were erased stay erased where words are read anew out of the same footage.

A library keeps digests of them, keyed with the server's secret key; footage that was there at the
erasure is read through them. Another secret key forgets them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ingest.models import Asset, ForgottenName, Library

FORGOTTEN = "someone"
"""What stands where an erased name stood: a sentence stays a sentence."""

_LOCK_CLASS = 7203
_WORD = re.compile(r"\w+")


def lock_words(library_id: int) -> None:
    """Wait until nobody else erases or writes words of a library; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, library_id])


def forget_names(library: Library, names: Iterable[str], keep: Iterable[str] = ()) -> None:
    """From now on these names are not read in again. Call with ``lock_words``.

    ``keep``: names of others, which may contain one of these.
    """
    erased = {words for name in names if (words := _words(name))}
    kept = {words for name in keep if (words := _words(name)) not in erased and words}
    longer = {words for words in kept if any(_contains(words, inner) for inner in erased)}
    digest, now = _digester(library.pk), timezone.now()
    ForgottenName.objects.bulk_create(
        [
            ForgottenName(
                library=library,
                digest=digest(words),
                word_count=len(words),
                is_kept=words in longer,
                forgotten_at=now,
            )
            for words in (*erased, *longer)
        ],
        update_conflicts=True,
        unique_fields=("library", "digest"),
        update_fields=("is_kept", "forgotten_at"),
    )


def forgetter(asset: Asset) -> Callable[[str], str]:
    """What takes out of a text the names that were erased while this asset was there."""
    names = ForgottenName.objects.filter(
        library=asset.library_id, forgotten_at__gte=asset.created_at
    )
    known = {row.digest: row.is_kept for row in names}
    counts = sorted({row.word_count for row in names}, reverse=True)
    digest = cache(_digester(asset.library_id))

    def forget(text: str) -> str:
        text = unicodedata.normalize("NFC", text)
        found = list(_WORD.finditer(text))
        words = [match[0].casefold() for match in found]
        parts: list[str] = []
        at = done = 0
        while at < len(words):
            length, is_kept = _longest(words[at:], counts, known, digest)
            if length and not is_kept:
                parts += [text[done : found[at].start()], FORGOTTEN]
                done = found[at + length - 1].end()
            at += length or 1
        return "".join((*parts, text[done:]))

    return forget if known else lambda text: text


def _longest(
    words: Sequence[str],
    counts: Sequence[int],
    known: dict[str, bool],
    digest: Callable[[tuple[str, ...]], str],
) -> tuple[int, bool]:
    """How many words from the first on are a known name, and whether it is kept; 0: none."""
    for count in counts:
        if count <= len(words) and (found := digest(tuple(words[:count]))) in known:
            return count, known[found]
    return 0, False


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", name)))


def _contains(words: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    places = range(len(words) - len(inner) + 1)
    return any(words[i : i + len(inner)] == inner for i in places)


def _digester(library_id: int) -> Callable[[tuple[str, ...]], str]:
    key = hashlib.sha256(f"forgotten names {library_id} {settings.SECRET_KEY}".encode()).digest()
    return lambda words: hmac.new(key, " ".join(words).encode(), hashlib.sha256).hexdigest()
