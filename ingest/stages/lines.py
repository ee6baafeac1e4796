"""Lines: what is said, as the subtitles inside the file and beside it have it.

Cheap, for no picture is decoded; the last of the path, so that subtitles that came later re-do
nothing else. Subtitles that cannot be read keep no asset from being ready: the summary has a
sentence for each. A name that was erased while this footage was here is not read in again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db.models import Func, Value

from ingest.media import lines as media
from ingest.media.sidecars import marks_of, read_sidecars
from ingest.media.subtitles import subtitles_in
from ingest.models import Asset, Library, Line
from ingest.pipeline_types import Stage, StageContext
from ingest.services.forgetting import forgetter, lock_words

_BATCH = 500
NEXT_WORDS = 12
"""Words of the next line that a phrase may run over into: as many as a row of subtitles has."""
NEXT_WITHIN_S = Fraction(2)
"""A longer pause ends what was said. By judgement."""


def configuration() -> dict[str, Any]:
    """What lines depend on besides the files."""
    return {"most": media.MOST_LINES, "longest": media.LONGEST_TEXT, "next_words": NEXT_WORDS}


def run(context: StageContext) -> None:
    """Read all subtitles and write their lines."""
    asset, path = context.asset, context.source_path
    if asset.first_pts is None or asset.end_pts is None:
        raise ValueError("the shots stage has not run")
    clock = media.Clock(asset.time_base, asset.first_pts, asset.end_pts)
    marks = marks_of(path)  # before they are read: what changes from now on is seen as changed
    inside = subtitles_in(path, clock)
    context.progress(0.5)
    beside = read_sidecars(path, clock)
    found = media.in_order((*inside.lines, *beside.lines))
    with context.commit() as summary:
        lock_words(asset.library_id)
        forget = forgetter(asset)
        found = [replace(line, text=forget(line.text)) for line in found]
        Line.objects.filter(asset=asset).delete()
        Line.objects.bulk_create(_rows(asset, found), batch_size=_BATCH)
        if found:
            silent = Library.objects.filter(pk=asset.library_id, has_lines=False)
            silent.update(has_lines=True)
        summary["lines"] = len(found)
        summary["notes"] = [*inside.notes, *beside.notes]
        summary["beside"] = marks


def _rows(asset: Asset, found: Sequence[media.Line]) -> Iterator[Line]:
    following = _following(found, asset.time_base)
    for i, line in enumerate(found):
        after = following.get(i)
        words = " ".join(after.text.split()[:NEXT_WORDS])[:300] if after else ""
        yield Line(
            asset=asset,
            start_pts=line.start_pts,
            end_pts=line.end_pts,
            text=line.text,
            next_words=words,
            next_end_pts=after.end_pts if after else None,
            language=line.language,
            source=line.source[:40],
            search=search_vector(line.text, words),
        )


def _following(found: Sequence[media.Line], time_base: Fraction) -> dict[int, media.Line]:
    """Which line of the same source goes on with what each line says, by its place."""
    by_source: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(found):
        by_source[line.source].append(i)
    pairs = [pair for places in by_source.values() for pair in pairwise(places)]
    return {
        a: found[b]
        for a, b in pairs
        if (found[b].start_pts - found[a].end_pts) * time_base <= NEXT_WITHIN_S
        and found[b].start_pts > found[a].start_pts
    }


def search_vector(text: str, next_words: str) -> Any:
    """The tsvector of a line: words without accents in order, then the English stems of its own."""
    spelled = SearchVector(_unaccented(f"{text} {next_words}"), config="simple")
    return spelled + SearchVector(_unaccented(text), config="english")


def _unaccented(text: str) -> Func:
    return Func(Value(media.bare(text)), function="unaccent")


STAGE = Stage(name=__name__, version=1, queue="media", configuration=configuration, run=run)
