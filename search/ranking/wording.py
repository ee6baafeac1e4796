"""How far the asked words stand in a shot's description, or are said in it, and when. Pure."""

from __future__ import annotations

from collections.abc import Collection

from search.ranking.facts import Found, Said, ShotFacts
from search.ranking.said import quoted
from search.ranking.scores import SAID, SAID_SHARE, Reason, share_of_words, word_weights
from search.ranking.spans import Span, shared

SEED_FROM = 0.5
"""A line with this share of the asked words is a moment of its own, where the picture has none of
them. By eye: half of what was asked for."""


class Wording:
    """The asked words in the candidates of one question; rare words count for more."""

    def __init__(self, found: Found) -> None:
        counts: dict[str, int] = dict.fromkeys(found.words, 0)
        for shot in found.shots.values():
            for word in _words_of(shot):
                counts[word] = counts.get(word, 0) + 1
        self._weights = word_weights(counts, len(found.shots))
        self._told: dict[int, float] = {}
        shares: dict[tuple[str, ...], float] = {}
        for pk, shot in found.shots.items():
            if shot.description and shot.description.matched:
                matched = shot.description.matched
                if matched not in shares:
                    shares[matched] = share_of_words(matched, self._weights)
                self._told[pk] = shares[matched] * shot.description.confidence

    def share(self, shot: ShotFacts, span: Span) -> float:
        """0–1: what the description has, by how sure it is, or what is said meanwhile."""
        told = self._told.get(shot.shot_id, 0.0)
        if not shot.said:
            return told
        return max(told, SAID_SHARE * max(map(self._share_of, _over(shot, span)), default=0.0))

    def seeds(self, shot: ShotFacts) -> list[Span]:
        """When words are said that the shot's description does not have."""
        if not shot.said or shot.shot_id in self._told:
            return []
        whole = (shot.start_pts, shot.end_pts)
        return [
            (max(line.start_pts, whole[0]), min(line.end_pts, whole[1]))
            for line in shot.said
            if shared(line.span, whole) and self._share_of(line) >= SEED_FROM
        ]

    def reasons(self, shot: ShotFacts, span: Span) -> list[Reason]:
        """Why the words speak for a moment: the description's, and the line with most of them."""
        found: list[Reason] = []
        told = self._told.get(shot.shot_id, 0.0)
        if shot.description and told > 0:
            found.append(Reason("text", ", ".join(shot.description.matched), round(told, 3)))
        line = max(_over(shot, span), key=self._share_of, default=None)
        share = self._share_of(line) if line else 0.0
        if line and share > 0:
            found.append(Reason(SAID, quoted(line.text, line.words[0]), round(share, 3)))
        return found

    def _share_of(self, line: Said) -> float:
        return share_of_words(line.words, self._weights)


def _words_of(shot: ShotFacts) -> Collection[str]:
    described = shot.description.matched if shot.description else ()
    if not shot.said:
        return described
    return {*described, *(word for line in shot.said for word in line.words)}


def _over(shot: ShotFacts, span: Span) -> list[Said]:
    return [line for line in shot.said if line.words and shared(line.span, span)]
