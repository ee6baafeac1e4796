"""Downloads: a bin, a search or an asset's shots as a list for editors. All members may export."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ingest.models import Library
from ingest.selectors import User, assets_for
from ingest.services import audit
from search import bins as reads
from search.errors import NothingToExport, UnknownFormat
from search.exports.formats import FORMATS, Format, file_name
from search.exports.frames import rate_text
from search.exports.timeline import Timeline
from search.finder import find
from search.forms import read_address
from search.models import Bin

_TITLE_LENGTH = 80
EXPORTED = 1_000
"""Moments of a search in a list: more than an editor's bin holds with ease. By judgement."""


@require_safe
def export_bin(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A bin as a list."""
    bin = get_object_or_404(reads.bins_for(request.user), pk=pk)
    timeline = bin_timeline(bin, request.user, name)
    return attachment(written(timeline, name, request.GET.get("rate", "")), timeline.title, name)


@require_safe
def export_search(request: HttpRequest, name: str) -> HttpResponse:
    """The answers of a search as a list, best first: a thousand, or as many as are asked for."""
    timeline = search_timeline(request.user, dict(request.GET.lists()), name)
    return attachment(written(timeline, name, request.GET.get("rate", "")), timeline.title, name)


@require_safe
def export_log(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """An asset's shots as a list."""
    timeline = asset_timeline(request.user, pk, name)
    return attachment(written(timeline, name, request.GET.get("rate", "")), timeline.title, name)


def bin_timeline(bin: Bin, user: User, name: str) -> Timeline:
    """The bin's list; that it was exported is written down."""
    require_format(name)
    timeline = reads.timeline_of_bin(bin)
    _record(user, bin.library, bin, timeline, name)
    return timeline


def search_timeline(user: User, address: dict[str, list[str]], name: str) -> Timeline:
    """The list of a search's answers. Raises NothingToExport."""
    require_format(name)
    asked = read_address(address)
    limit = asked.limit if "limit" in address else EXPORTED
    result = find(
        asked.text,
        user=user,
        filters=asked.filters,
        limit=limit,
        offset=asked.offset,
        is_exhaustive=True,
    )
    if not result.moments:
        raise NothingToExport("Nothing was found, so there is nothing to export.")
    ranges = [(m.moment.asset_id, m.moment.start_pts, m.moment.end_pts) for m in result.moments]
    timeline = reads.timeline_of_ranges(result.query_text[:_TITLE_LENGTH] or "Latest", ranges)
    for library in Library.objects.filter(assets__in={pk for pk, _, _ in ranges}).distinct():
        _record(user, library, None, timeline, name)
    return timeline


def asset_timeline(user: User, pk: int, name: str) -> Timeline:
    """The shot log of an asset that the user may see."""
    require_format(name)
    asset = get_object_or_404(assets_for(user), pk=pk)
    timeline = reads.timeline_of_asset(asset)
    _record(user, asset.library, asset, timeline, name)
    return timeline


def require_format(name: str) -> Format:
    """The format of this name. Raises UnknownFormat."""
    found = FORMATS.get(name)
    if found is None:
        raise UnknownFormat(
            f"There is no format “{name[:20]}”: choose one of {', '.join(sorted(FORMATS))}."
        )
    return found


def written(timeline: Timeline, name: str, rate: str = "") -> str:
    """The list as text; of the moments at one rate alone where ``rate`` is given.

    Raises UnknownFormat for a rate that does not occur, and what the format's writer raises.
    """
    if rate:
        known = {rate_text(found): found for found in timeline.rates}
        if rate not in known:
            raise UnknownFormat(
                f"Nothing here has {rate[:12]} frames per second: choose one of "
                f"{', '.join(known) or 'none'}."
            )
        if len(known) > 1:
            timeline = timeline.at_rate(known[rate])
    return require_format(name).write(timeline)


def attachment(text: str, title: str, name: str) -> HttpResponse:
    """The list as a file to download."""
    content_type = f"{FORMATS[name].content_type}; charset=utf-8"
    disposition = f'attachment; filename="{file_name(title, FORMATS[name].ending)}"'
    return HttpResponse(
        text, content_type=content_type, headers={"Content-Disposition": disposition}
    )


def _record(
    user: User, library: Library, subject: Bin | object, timeline: Timeline, name: str
) -> None:
    audit.record(
        user=user,
        library=library,
        verb="exported",
        subject=subject,  # type: ignore[arg-type]
        label="" if subject is not None else "a search",
        format=name,
        moments=len(timeline.events),
    )
