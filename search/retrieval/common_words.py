"""How common words are in the descriptions, by Postgres' own statistics of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from recognition.models import Description
from search.retrieval.vector_tables import fetch

KEPT_S = 120.0
RANKED_AT_MOST = 10_000
"""Descriptions whose ranks are compared in one go: some 50 ms."""
PARTS_KEPT = 20_000
_TABLE = Description._meta.db_table


class Lexemes:
    """Estimates of how many descriptions have a word; kept for a while. Thread-safe."""

    def __init__(self, ranked_at_most: int = RANKED_AT_MOST) -> None:
        self.ranked_at_most = ranked_at_most
        self._lock = threading.Lock()
        self._read_at = -KEPT_S
        self._rows: dict[str, float] = {}
        self._parts: dict[str, tuple[str, ...]] = {}

    def of(self, words: Sequence[str]) -> dict[str, float]:
        """Expected descriptions with each word, by word; stop words are left out."""
        rows = self._common()
        parts = self._parts_of(tuple(dict.fromkeys(words)))
        return {w: min(rows.get(x, 0.0) for x in found) for w, found in parts.items() if found}

    def forget(self) -> None:
        """Read the statistics anew the next time."""
        with self._lock:
            self._read_at = -KEPT_S

    def _parts_of(self, words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """The lexemes of words, kept as the dictionary never changes."""
        with self._lock:
            kept = {word: self._parts[word] for word in words if word in self._parts}
        missing = [word for word in words if word not in kept]
        if missing:
            sql = "SELECT w, tsvector_to_array(to_tsvector('english', w)) FROM unnest(%s::text[]) w"
            kept |= {word: tuple(found) for word, found in fetch(sql, (missing,))}
            with self._lock:
                if len(self._parts) > PARTS_KEPT:
                    self._parts.clear()
                self._parts |= kept
        return {word: kept[word] for word in words}

    def _common(self) -> dict[str, float]:
        now = time.monotonic()
        with self._lock:
            if now - self._read_at < KEPT_S:
                return self._rows
        read = fetch(
            "SELECT e.word, e.share * greatest(c.reltuples, 0) FROM pg_class c"
            " JOIN pg_stats s ON s.schemaname = current_schema() AND s.tablename = c.relname"
            " AND s.attname = 'search', LATERAL ("
            " SELECT word, share FROM unnest(s.most_common_elems::text::text[],"
            " s.most_common_elem_freqs) e (word, share) WHERE word IS NOT NULL) e"
            " WHERE c.oid = %s::regclass",
            (_TABLE,),
        )
        with self._lock:
            self._rows, self._read_at = {word: float(count) for word, count in read}, now
            return self._rows


LEXEMES = Lexemes()
