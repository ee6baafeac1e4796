"""What is to be seen in the sample footage and when: it was drawn, so it is known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from everyid_site.demo.cast import CAST
from everyid_site.demo.script import FILMS, Part, Scene

EDGE = 0.02
"""Who is less than this far inside the frame counts as not there yet."""


@dataclass(frozen=True, slots=True)
class MadeShot:
    """One shot; ``place`` is empty for a photograph."""

    film: str
    place: str
    photograph: str
    start_s: float
    end_s: float
    parts: tuple[Part, ...]

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s

    def people_at(self, film_s: float) -> dict[str, float]:
        """Who is there, and at which x (0–1)."""
        found = {}
        for part in self.parts:
            leaves_s, at = min(part.leave_s, self.seconds), film_s - self.start_s
            if part.enter_s <= at <= leaves_s:
                done = (at - part.enter_s) / (leaves_s - part.enter_s)
                x = part.start + (part.end - part.start) * done
                if EDGE < x < 1 - EDGE:
                    found[part.who] = x
        return found


def shots() -> Iterator[MadeShot]:
    """Every shot of every film."""
    for path, made in FILMS.items():
        at = 0.0
        for shot in made:
            yield MadeShot(
                film=PurePosixPath(path).name,
                place=shot.place if isinstance(shot, Scene) else "",
                photograph="" if isinstance(shot, Scene) else shot.name,
                start_s=at,
                end_s=at + shot.seconds,
                parts=shot.parts if isinstance(shot, Scene) else (),
            )
            at += shot.seconds


def shot_at(film: str, film_s: float) -> MadeShot | None:
    """The shot of a film at a time."""
    here = (s for s in shots() if s.film == film and s.start_s <= film_s < s.end_s)
    return next(here, None)


WOMEN, MEN = {"ada", "dora"}, {"ben", "cem", "emil"}
HATTED = {who for who, look in CAST.items() if look.hat}
