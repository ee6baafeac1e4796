"""How people pass between a library's cameras, and where they are likely seen next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from ingest.models import Camera, Library
from recognition.engine.passages import Passages, Visit, visits_of
from recognition.models import Identity
from recognition.patterns.reading import Seen, Window, seen_in

MOST_CAMERAS = 24
"""Cameras in one picture. By eye."""
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Passage:
    """Going from one camera to the next (``target`` None: away): ``count`` of ``left`` did;
    ``share`` is the smoothed probability; half of the walks take ``low_s`` to ``high_s``."""

    source: Camera
    target: Camera | None
    count: int
    left: int
    share: float
    usual_s: float | None
    low_s: float | None
    high_s: float | None


@dataclass(frozen=True, slots=True)
class Network:
    """How people pass between cameras. ``visits`` by camera; ``untimed``: sightings without camera
    or recording time, which say nothing here; ``away_s``: after how long without a sighting
    somebody counts as away."""

    cameras: tuple[Camera, ...]
    visits: dict[int, int]
    passages: tuple[Passage, ...]
    untimed: int
    steps: int
    away_s: float
    camera_count: int


@dataclass(frozen=True, slots=True)
class Next:
    """A camera (None: away) and how likely it is next, 0–1, with what that rests on."""

    camera: Camera | None
    probability: float
    usual_s: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where somebody is likely seen next who left ``camera`` and was not seen for ``unseen_s``.

    ``left_at``: a person's last sighting; ``steps``: how many out of that camera are known.
    """

    camera: Camera | None
    unseen_s: float
    nexts: tuple[Next, ...] = ()
    steps: int = 0
    left_at: datetime | None = None


def network_in(library: Library, window: Window) -> Network:
    """How people pass between the cameras of a library. ``window.cameras``: only what leads from
    or to these is told; it is learned from all. Three queries."""
    seen, visits, cameras = _read(library, window)
    learned = _learn(visits, seen, cameras)
    counted: dict[int, int] = {}
    for visit in visits:
        counted[visit.camera] = counted.get(visit.camera, 0) + 1
    told = [
        _passage(learned, cameras, source, target)
        for source, target in sorted(learned.counts, key=lambda key: -learned.counts[key])
        if source in cameras
        and (not window.cameras or source in window.cameras or target in window.cameras)
    ]
    touched = {c.pk for p in told for c in (p.source, p.target) if c is not None}
    shown = sorted(touched, key=lambda pk: (-counted.get(pk, 0), pk))[:MOST_CAMERAS]
    told.sort(key=lambda p: (p.source.name, p.source.pk, p.target is None, -p.share))
    return Network(
        cameras=tuple(cameras[pk] for pk in shown),
        visits=counted,
        passages=tuple(told),
        untimed=sum(one.recorded_s is None or one.camera is None for one in seen),
        steps=sum(learned.counts.values()),
        away_s=learned.away_s,
        camera_count=len(touched),
    )


def outlook_from(
    library: Library, window: Window, camera: Camera, unseen_s: float = 0.0
) -> Outlook:
    """Where anybody is likely seen next who left a camera. Three queries."""
    seen, visits, cameras = _read(library, window)
    return _outlook(_learn(visits, seen, cameras), cameras, camera.pk, unseen_s)


def outlook_of(identity: Identity, unseen_s: float | None = None) -> Outlook:
    """Where a person is likely seen next, from the last sighting by a camera whose time is known.

    ``unseen_s``: for how long nobody has seen them since; None: until now, where that can still
    be a walk, and else 0, right after they left. Three queries.
    """
    library = identity.library
    seen, visits, cameras = _read(library, Window())
    own = [visit for visit in visits if visit.who == identity.pk]
    if not own:
        return Outlook(None, 0.0)
    last = max(own, key=lambda visit: visit.end_s)
    learned = _learn(visits, seen, cameras)
    if unseen_s is None:
        since = timezone.now().timestamp() - last.end_s
        unseen_s = since if 0 <= since <= learned.away_s else 0.0
    left_at = datetime.fromtimestamp(last.end_s, UTC)
    return _outlook(learned, cameras, last.camera, unseen_s, left_at)


def _read(library: Library, window: Window) -> tuple[list[Seen], list[Visit], dict[int, Camera]]:
    seen = seen_in(library, window, any_camera=True)
    cameras = {camera.pk: camera for camera in Camera.objects.filter(library=library)}
    return seen, visits_of((one.who, one.sighting) for one in seen), cameras


def _learn(visits: Sequence[Visit], seen: Sequence[Seen], cameras: dict[int, Camera]) -> Passages:
    """Watching ended with the last sighting of anybody."""
    ends = [one.recorded_s + one.end_s - one.start_s for one in seen if one.recorded_s is not None]
    return Passages.learn(visits, cameras, until_s=max(ends, default=None))


def _passage(learned: Passages, cameras: dict[int, Camera], source: int, target: int) -> Passage:
    way = learned.ways.get((source, target))
    low, middle, high = (None, None, None) if way is None else way.seen_s
    return Passage(
        source=cameras[source],
        target=cameras.get(target),
        count=learned.counts[source, target],
        left=learned.left(source),
        share=learned.share(source, target),
        usual_s=middle,
        low_s=low,
        high_s=high,
    )


def _outlook(
    learned: Passages,
    cameras: dict[int, Camera],
    camera: int,
    unseen_s: float,
    left_at: datetime | None = None,
) -> Outlook:
    nexts = tuple(
        Next(cameras.get(guess.camera), guess.probability, guess.usual_s, guess.count)
        for guess in learned.next_after(camera, unseen_s)
    )
    return Outlook(cameras.get(camera), unseen_s, nexts, learned.left(camera), left_at)
