"""A person's track as grouping sees it: where and when it was, and what was decided. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from recognition.engine.context import Sighting
from recognition.seeing.clothes import Clothes


@dataclass(frozen=True, slots=True)
class TrackFact:
    """A person's track: where it was, and what was decided before.

    ``is_fixed``: a human assigned it (``identity`` None: to nobody), or its identity is locked.
    ``true_s``: its start by the true clock (seconds since 1970), where its camera and recording
    time are known.
    """

    id: int
    asset_id: int
    start_s: float
    end_s: float
    identity: int | None
    is_fixed: bool
    quality: float
    clothes: Clothes = ()
    camera: int | None = None
    true_s: float | None = None
    scene: str = ""

    @property
    def sighting(self) -> Sighting:
        """The same for ``engine.context``."""
        end_s = max(self.start_s, self.end_s)
        return Sighting(self.asset_id, self.start_s, end_s, self.camera, self.true_s)


@dataclass(slots=True)
class Group:
    """Tracks (by row) of one person; ``identity`` None: one that is to be made."""

    identity: int | None
    members: list[int] = field(default_factory=list)
