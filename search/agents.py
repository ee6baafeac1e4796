"""What agents may do, by the Model Context Protocol: search, look, collect, export.

Every tool acts as one user, sees that user's libraries alone, writes down the same audit entries as
the pages, and answers a small page of plain values. A refusal is a sentence.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from mcp.server.fastmcp import Image
from mcp.server.fastmcp.exceptions import ToolError
from PIL import Image as Pictures

from ingest.models import Keyframe
from ingest.selectors import assets_for, libraries_for
from ingest.services import audit
from ingest.storage import derived_path
from recognition.selectors import identities_for, people_in
from search import bins as reads
from search.finder import find
from search.noting import note_search
from search.ranking.filters import Filters
from search.serializers.searching import as_json
from search.services import bins as bin_service
from search.views.exports import bin_timeline, require_format, search_timeline, written

MOST = 20
"""Rows of one answer: an agent pages, and reads all that it is given."""
LONGEST_EXPORT = 60_000
"""Characters; beyond, the page or the API has the file."""


class Tools:
    """The tools, each as the user who asks: whom ``who`` tells."""

    def __init__(self, who: Callable[[], User]) -> None:
        self._who = who

    @property
    def _user(self) -> User:
        return self._who()

    def search(
        self, query: str = "", like: str = "", library: str = "", limit: int = 5, offset: int = 0
    ) -> dict[str, Any]:
        """Find moments by a question in plain language ("two men without hats near a car").

        like: "frame:KEYFRAME_ID" for moments that look like a keyframe, with or without words.
        library: a library's slug. Up to 20 moments; page with offset. Each says why it was found.
        """
        lists = {"like": [like], "library": [library]}
        filters = Filters.from_lists(lists)
        page = (_page(limit), _from(offset))
        result = find(query, user=self._user, filters=filters, limit=page[0], offset=page[1])
        note_search(result, user=self._user)
        answer = as_json(result)
        return {name: answer[name] for name in ("query", "state", "total", "goes_on", "moments")}

    def keyframe(self, keyframe: int) -> Image:
        """The picture of a keyframe (a moment's `keyframe`), as JPEG."""
        found = Keyframe.objects.filter(asset__library__in=libraries_for(self._user))
        kept = get_object_or_404(found.select_related("asset__library"), pk=keyframe)
        library = kept.asset.library
        audit.record_once(user=self._user, library=library, verb="viewed", subject=kept.asset)
        written_to = io.BytesIO()
        with Pictures.open(derived_path(kept.image_key)) as picture:
            small = picture.convert("RGB")
            small.thumbnail((768, 768))
            small.save(written_to, "JPEG", quality=80)
        return Image(data=written_to.getvalue(), format="jpeg")

    def identities(self, name: str = "", limit: int = 20, offset: int = 0) -> dict[str, Any]:
        """People who were seen, most appearances first; `name` is part of a name, or a number."""
        found, start = people_in(self._user, name=name[:120]), _from(offset)
        rows = [
            {
                "id": row.pk,
                "name": row.display_name,
                "library": row.library.slug,
                "is_confirmed": row.is_locked,
                "appearances": getattr(row, "appearances", 0),
            }
            for row in found.select_related("library")[start : start + _page(limit)]
        ]
        if name:
            for row in identities_for(self._user).filter(pk__in=[row["id"] for row in rows]):
                audit.record_once(
                    user=self._user, library=row.library, verb="searched", subject=row
                )
        return {"total": found.count(), "identities": rows}

    def assets(self, name: str = "", limit: int = 20, offset: int = 0) -> dict[str, Any]:
        """Media files in the user's libraries, newest first; `name` is part of a file's name."""
        found = assets_for(self._user).filter(name__icontains=name[:200]).order_by("-pk")
        start = _from(offset)
        rows = [
            {
                "id": row.pk,
                "name": row.name,
                "library": row.library.slug,
                "status": row.status,
                "duration_s": None if row.duration_s is None else round(float(row.duration_s), 3),
            }
            for row in found.select_related("library")[start : start + _page(limit)]
        ]
        return {"total": found.count(), "assets": rows}

    def bins(self, limit: int = 20, offset: int = 0) -> dict[str, Any]:
        """Collections of moments, last changed first."""
        found, start = reads.bins_for(self._user), _from(offset)
        rows = found[start : start + _page(limit)]
        named = [{"id": row.pk, "name": row.name, "library": row.library.slug} for row in rows]
        return {"total": found.count(), "bins": named}

    def add_to_bin(self, bin: int, asset: int, start_pts: int, end_pts: int) -> dict[str, Any]:
        """Put a moment (asset, start_pts, end_pts as `search` gives them) at the end of a bin."""
        kept = get_object_or_404(reads.bins_for(self._user), pk=bin)
        reads.may_change(self._user, kept.library)
        footage = get_object_or_404(assets_for(self._user), pk=asset)
        asked = bin_service.Range(footage, start_pts, end_pts)
        made = bin_service.add_items(bin=kept, ranges=[asked], user=self._user)
        return {"bin": kept.name, "added": len(made)}

    def export(self, format: str, query: str = "", bin: int = 0) -> str:
        """A bin, or the answers of a search, as edl, ale, fcpxml, otio, csv, vtt or said text.

        ``said`` are the subtitles.
        """
        require_format(format)
        if bin:
            kept = get_object_or_404(reads.bins_for(self._user), pk=bin)
            text = written(bin_timeline(kept, self._user, format), format)
        else:
            text = written(search_timeline(self._user, {"q": [query]}, format), format)
        if len(text) > LONGEST_EXPORT:
            raise ToolError("The list is too long for an answer here: download it from its page.")
        return text


def _page(limit: int) -> int:
    return max(1, min(MOST, limit))


def _from(offset: int) -> int:
    return max(0, min(1_000, offset))
