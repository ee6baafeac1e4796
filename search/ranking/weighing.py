"""What the best hits of a moment weigh together: its score. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from search.query.types import Count, Kind, Query
from search.ranking.calibration import calibration_of
from search.ranking.evidence import Evidence
from search.ranking.facts import Found
from search.ranking.scores import SUPPORT, Hit, add_up, combine

Chosen = Mapping[int, Hit]
"""The best hit of each part, by part."""
NOBODY = Count(0, 0)


class Weigher:
    """Scores of one question's moments."""

    def __init__(self, query: Query, found: Found, evidence: Evidence) -> None:
        self._query, self._checkable = query, evidence.checkable
        self._groups = query.alternatives
        self._calibration = calibration_of(found.encoder)
        # Whatever the filters: what is usual is that of the user's libraries.
        counts = [v.spread.count for v in found.vectors if v.part < 0]
        self._pictures = max(counts, default=None)
        floors = {part: z for (_, part), z in evidence.floors.items() if part < 0}
        self._is_compared = bool(floors)
        # What a part weighs where nothing in the moment speaks for it.
        self._unseen = {part: SUPPORT["whole"] * z for part, z in floors.items()}
        for i in evidence.checkable:
            if i >= 0 and query.parts[i].kind is Kind.PERSON and query.parts[i].count != NOBODY:
                self._unseen[i] = SUPPORT["no person"]

    def score(self, chosen: Chosen, words: float) -> float:
        """0–1; ``words`` is the share of the asked words that are told or said (0–1)."""
        if not self._is_compared:
            strengths = {part: hit.strength for part, hit in chosen.items()}
            return round(combine(self._query, strengths, self._checkable, words), 6)
        supports = dict(self._unseen)
        for part, hit in chosen.items():
            supports[part] = hit.support
        evidence = add_up(self._groups, supports, words)
        return round(self._calibration.probability(evidence, self._pictures), 6)
