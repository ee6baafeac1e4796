"""What is told of a moment: why it was found, its poster, its sentence. Pure.

It costs more than the moment's score, so it is told of those alone that are shown.
"""

from __future__ import annotations

from dataclasses import replace

from search.query.types import Query
from search.ranking.facts import EXAMPLE, WHOLE, ShotFacts
from search.ranking.moments import Moment, Why
from search.ranking.spans import Span
from search.ranking.weighing import Chosen
from search.ranking.wording import Wording


def told(query: Query, wording: Wording, shot: ShotFacts, moment: Moment, chosen: Chosen) -> Moment:
    """The moment with why, poster and sentence."""
    poster = _poster(shot, moment.span, chosen)
    return replace(
        moment,
        why=_why(query, wording, chosen, shot, moment.span),
        keyframe_id=poster,
        last_keyframe_id=poster,
        asked_track_ids=tracks_of(chosen),
        sentence=shot.description.sentence if shot.description else "",
    )


def tracks_of(chosen: Chosen) -> tuple[int, ...]:
    """The tracks of some hits, each once."""
    return tuple(dict.fromkeys([h.track_id for h in chosen.values() if h.track_id is not None]))


def _why(
    query: Query, wording: Wording, chosen: Chosen, shot: ShotFacts, span: Span
) -> tuple[Why, ...]:
    found = [
        Why(part, _text_of(query, part), reason)
        for part, hit in sorted(chosen.items(), key=lambda item: (item[0] < 0, item[0]))
        for reason in hit.reasons
        if reason.strength > 0
    ]
    known = {(why.reason.source, why.reason.words) for why in found}
    worded = (
        Why(WHOLE, query.text, reason)
        for reason in wording.reasons(shot, span)
        if (reason.source, reason.words) not in known
    )
    return (*found, *worded)


def _text_of(query: Query, part: int) -> str:
    if part == EXAMPLE:
        return "the example"
    return query.text if part == WHOLE else query.parts[part].text


def _poster(shot: ShotFacts, span: Span, chosen: Chosen) -> int | None:
    """The keyframe that shows the moment: the most alike inside it, else the nearest."""
    times = dict(shot.keyframes)
    alike = sorted(
        (h for h in chosen.values() if h.keyframe_id in times), key=lambda h: -h.strength
    )
    for hit in alike:
        if hit.keyframe_id is not None and span[0] <= times[hit.keyframe_id] < span[1]:
            return hit.keyframe_id
    middle = (span[0] + span[1]) // 2
    return min(times, key=lambda pk: (abs(times[pk] - middle), pk), default=None)
