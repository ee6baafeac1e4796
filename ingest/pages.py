"""Reads made for pages: cards of libraries and assets, and all of one asset.

Each function asks a fixed number of questions, pinned by tests.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from ingest.media.timecode import frame_number, parse_timecode, timecode_of
from ingest.models import (
    Asset,
    Keyframe,
    Library,
    Line,
    Membership,
    Role,
    Shot,
    StageRun,
    Upload,
)
from ingest.selectors import assets_for, libraries_for, lines_of

User: TypeAlias = AbstractBaseUser | AnonymousUser

POSTERS_PER_LIBRARY = 4
WORKING = (Asset.Status.PENDING, Asset.Status.PROCESSING)
_BAR = 1000
_MAX_DIGITS = 18  # of a bigint, to be sure


@dataclass(frozen=True, slots=True)
class LibraryCard:
    """A library as the list shows it."""

    library: Library
    role: str
    total: int
    ready: int
    failed: int
    working: int
    poster_ids: tuple[int, ...]

    @property
    def settled(self) -> int:
        """Assets that nothing more will be done for."""
        return self.total - self.working


@dataclass(frozen=True, slots=True)
class AssetCard:
    """An asset as a grid shows it, with how far its stages are."""

    asset: Asset
    runs: tuple[StageRun, ...]

    @property
    def notes(self) -> list[str]:
        """What the stages could not read, in sentences; nothing failed for it."""
        return [note for run in self.runs for note in run.summary.get("notes", ())]

    @property
    def is_working(self) -> bool:
        """Whether its page is worth asking again."""
        return self.asset.status in WORKING

    @property
    def percent(self) -> int:
        """How much of the pipeline is done."""
        whole = max(len(settings.PIPELINE), 1) * 100
        done = sum(100 if run.state == StageRun.State.DONE else run.progress for run in self.runs)
        return min(100 * done // whole, 100)

    @property
    def current(self) -> StageRun | None:
        """The run that is under way, or else the one that failed."""
        states = (StageRun.State.RUNNING, StageRun.State.FAILED)
        return next((run for state in states for run in self.runs if run.state == state), None)


@dataclass(frozen=True, slots=True)
class ShotRow:
    """A shot on the asset's page; ``left`` and ``width`` are thousandths of the scrub bar.

    ``keyframes`` and ``lines`` come with the seconds at which they stand.
    """

    shot: Shot
    start_s: Fraction
    end_s: Fraction
    start_timecode: str
    keyframes: tuple[tuple[Keyframe, Fraction], ...]
    left: int
    width: int
    lines: tuple[tuple[Line, Fraction], ...] = ()

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return float(self.end_s - self.start_s)


@dataclass(frozen=True, slots=True)
class Clocking:
    """How the player counts an asset's frames: the number of the first one, and the rate."""

    rate: Fraction
    first_frame: int
    is_drop_frame: bool


def library_cards(user: User) -> list[LibraryCard]:
    """The user's libraries with counts and a few posters. Three questions."""
    libraries = list(
        libraries_for(user).annotate(
            total=Count("assets"),
            ready=Count("assets", filter=Q(assets__status=Asset.Status.READY)),
            failed=Count("assets", filter=Q(assets__status=Asset.Status.FAILED)),
            working=Count("assets", filter=Q(assets__status__in=WORKING)),
        )
    )
    roles = roles_of(user, libraries)
    posters = _poster_ids(libraries)
    return [
        LibraryCard(
            library=library,
            role=roles[library.pk],
            total=library.total,
            ready=library.ready,
            failed=library.failed,
            working=library.working,
            poster_ids=tuple(posters[library.pk]),
        )
        for library in libraries
    ]


def roles_of(user: User, libraries: Sequence[Library]) -> dict[int, str]:
    """The user's role in each library. One question."""
    rows = Membership.objects.filter(user=user.pk, library__in=libraries)
    return dict(rows.values_list("library_id", "role"))


def _poster_ids(libraries: Sequence[Library]) -> dict[int, list[int]]:
    """The newest assets of each library that have a poster. One question."""
    newest = Window(RowNumber(), partition_by="library_id", order_by=("-created_at", "-id"))
    with_poster = Asset.objects.filter(library__in=libraries).exclude(poster_key="")
    rows = (
        with_poster.annotate(place=newest)
        .filter(place__lte=POSTERS_PER_LIBRARY)
        .order_by("library_id", "place")
    )
    found: dict[int, list[int]] = defaultdict(list)
    for library_id, asset_id in rows.values_list("library_id", "id"):
        found[library_id].append(asset_id)
    return found


def asset_cards(assets: Iterable[Asset]) -> list[AssetCard]:
    """Cards for these assets, in their order. One question more."""
    listed = list(assets)
    runs = latest_runs([asset.pk for asset in listed])
    return [AssetCard(asset, tuple(runs[asset.pk])) for asset in listed]


def latest_runs(asset_ids: Sequence[int]) -> dict[int, list[StageRun]]:
    """Per asset the newest run of each stage, in the pipeline's order. One question."""
    rows = (
        StageRun.objects.filter(asset_id__in=asset_ids)
        .order_by("asset_id", "stage", "-id")
        .distinct("asset_id", "stage")
        .defer("error_detail")
    )
    order = {name: index for index, name in enumerate(settings.PIPELINE)}
    found: dict[int, list[StageRun]] = defaultdict(list)
    for run in sorted(rows, key=lambda run: order.get(run.stage, len(order))):
        found[run.asset_id].append(run)
    return found


def assets_in(
    library: Library, *, status: str = "", camera_id: int | None = None
) -> QuerySet[Asset]:
    """The library's assets, newest first."""
    found = library.assets.select_related("camera", "library")
    if status:
        chosen = WORKING if status == "working" else (status,)
        found = found.filter(status__in=chosen)
    if camera_id is not None:
        found = found.filter(camera_id=camera_id)
    return found


def status_counts(library: Library) -> dict[str, int]:
    """How many assets are ready, failed, cancelled or being worked on. One question."""
    counts = {"ready": 0, "working": 0, "failed": 0, "cancelled": 0}
    for status, number in library.assets.order_by().values_list("status").annotate(Count("id")):
        counts["working" if status in WORKING else status] += number
    return counts


def members_of(library: Library) -> QuerySet[Membership]:
    """Memberships, owners first."""
    return library.memberships.select_related("user").order_by("role", "user__username")


def asset_for(user: User, pk: int) -> QuerySet[Asset]:
    """The asset with everything its page shows about the file."""
    return assets_for(user).filter(pk=pk).select_related("library", "camera")


def keyframes_for(user: User) -> QuerySet[Keyframe]:
    """Keyframes of all the user's libraries."""
    return Keyframe.objects.filter(asset__library__in=libraries_for(user))


def shot_rows(asset: Asset) -> list[ShotRow]:
    """The asset's shots with times, timecodes, keyframes and what is said. Three questions."""
    keyframes = Prefetch("keyframes", Keyframe.objects.order_by("pts"))
    clocking, whole = clocking_of(asset), asset.duration_s
    shots = list(asset.shots.prefetch_related(keyframes))
    said = _lines_by_shot(shots, lines_of(asset))
    return [_shot_row(asset, shot, clocking, whole, said[shot.pk]) for shot in shots]


def _lines_by_shot(shots: Sequence[Shot], lines: Iterable[Line]) -> dict[int, list[Line]]:
    """Each line with the shot in which it begins; both come in order."""
    found: dict[int, list[Line]] = defaultdict(list)
    starts = [shot.start_pts for shot in shots]
    for line in lines:
        at = bisect_right(starts, line.start_pts) - 1
        if shots:
            found[shots[max(at, 0)].pk].append(line)
    return found


def _shot_row(
    asset: Asset,
    shot: Shot,
    clocking: Clocking | None,
    whole: Fraction | None,
    lines: Sequence[Line],
) -> ShotRow:
    start, end = asset.seconds_at(shot.start_pts), asset.seconds_at(shot.end_pts)
    left = int(start / whole * _BAR) if whole else 0
    right = int(end / whole * _BAR) if whole else 0
    return ShotRow(
        shot=shot,
        start_s=start,
        end_s=end,
        start_timecode=timecode_at(clocking, start),
        keyframes=tuple((found, asset.seconds_at(found.pts)) for found in shot.keyframes.all()),
        left=left,
        width=max(right - left, 1),
        lines=tuple((line, asset.seconds_at(line.start_pts)) for line in lines),
    )


def clocking_of(asset: Asset) -> Clocking | None:
    """How to count the asset's frames; None where it has no steady rate or a wrong timecode."""
    rate = asset.frame_rate
    if rate is None or (asset.is_variable_rate and not asset.start_timecode):
        return None
    if not asset.start_timecode:
        return Clocking(rate, 0, is_drop_frame=False)
    try:
        first = frame_number(parse_timecode(asset.start_timecode), rate)
        timecode_of(first, rate, is_drop_frame=asset.is_drop_frame)
    except ValueError:  # the file says something that is no timecode at its rate
        return None
    return Clocking(rate, first, is_drop_frame=asset.is_drop_frame)


def timecode_at(clocking: Clocking | None, seconds: Fraction) -> str:
    """The timecode so many seconds after the first frame; empty without a clocking."""
    if clocking is None or round(clocking.rate) < 1:
        return ""
    number = clocking.first_frame + round(seconds * clocking.rate)
    return str(timecode_of(number, clocking.rate, is_drop_frame=clocking.is_drop_frame))


def tile_times(asset: Asset) -> str:
    """The seconds at which the sprite's tiles stand, with spaces between; for the player."""
    tiles = asset.sprite_layout.get("tile_pts", []) if asset.sprite_key else []
    return " ".join(f"{float(asset.seconds_at(pts)):.3f}" for pts in tiles)


def run_to_retry(asset: Asset) -> StageRun | None:
    """The run that keeps the asset from being ready: failed or cancelled."""
    states = (StageRun.State.FAILED, StageRun.State.CANCELLED)
    return next((run for run in latest_runs([asset.pk])[asset.pk] if run.state in states), None)


def may_edit(role: str | None) -> bool:
    """Whether the role may upload, retry, delete."""
    return role in (Role.OWNER, Role.EDITOR)


def with_role(libraries: QuerySet[Library], user: User) -> QuerySet[Library]:
    """The libraries with ``role`` (the user's) and ``total`` (of assets)."""
    mine = Membership.objects.filter(library=OuterRef("pk"), user=user.pk)
    total = Count("assets", distinct=True)
    return libraries.annotate(role=Subquery(mine.values("role")[:1]), total=total)


def uploads_of(library: Library) -> QuerySet[Upload]:
    """What was sent to the library, newest first."""
    return library.uploads.select_related("library")


def narrow_assets(assets: QuerySet[Asset], asked: Mapping[str, str]) -> QuerySet[Asset]:
    """The assets that an API address asks for; what cannot be meant finds nothing."""
    if slug := asked.get("library"):
        assets = assets.filter(library__slug=slug)
    if status := asked.get("status"):
        assets = assets.filter(status__in=WORKING if status == "working" else (status,))
    if camera := asked.get("camera"):
        is_number = camera.isascii() and camera.isdigit() and len(camera) <= _MAX_DIGITS
        assets = assets.filter(camera_id=int(camera)) if is_number else assets.none()
    if name := asked.get("name"):
        assets = assets.filter(name__icontains=name)
    return assets
