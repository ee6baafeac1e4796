"""The script of the sample footage: who does what, before which camera, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What one person does in a shot: from ``start`` to ``end`` (parts of the width, feet), with
    the feet at ``ground`` (part of the height) and ``size`` (part of the height) tall, between
    ``enter_s`` and ``leave_s``. Who does not move faces the camera."""

    who: str
    start: float
    end: float
    ground: float
    size: float
    enter_s: float = 0.0
    leave_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Scene:
    """A shot at a painted place with people in it."""

    place: str
    seconds: float
    parts: tuple[Part, ...]
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Photograph:
    """A shot that moves slowly over a photograph."""

    name: str
    seconds: float


EDITED = "edited"
"""The folder of films that are of no one camera; any other is named after its camera."""

Shots = tuple[Scene | Photograph, ...]

FILMS: dict[str, Shots] = {
    "beach camera/beach-morning.mp4": (
        Scene(
            "beach",
            12,
            (
                Part("ada", -0.08, 1.08, 0.90, 0.52, 0, 8),
                Part("ben", 1.08, 0.46, 0.80, 0.40, 5, 12),
            ),
        ),
    ),
    "street camera/street-noon.mp4": (
        Scene(
            "street",
            12,
            (
                Part("cem", -0.08, 1.08, 0.74, 0.44, 0, 9),
                Part("ada", 1.08, -0.08, 0.84, 0.52, 3, 12),
                Part("emil", 0.7, 0.7, 0.70, 0.40, 0, 12),
            ),
            seed=2,
        ),
    ),
    "park camera/park-afternoon.mp4": (
        Scene(
            "park",
            10,
            (
                Part("dora", 0.30, 0.30, 0.88, 0.50, 0, 10),
                Part("ben", -0.08, 0.62, 0.93, 0.56, 1, 10),
            ),
            seed=3,
        ),
    ),
    "lobby camera/lobby-evening.mp4": (
        Scene(
            "office",
            10,
            (
                Part("emil", 1.08, 0.50, 0.94, 0.64, 0, 10),
                Part("dora", -0.08, 0.24, 0.95, 0.62, 2, 10),
            ),
            seed=4,
        ),
    ),
    # A walk for two, from the beach into the street, a quarter of an hour apart.
    "beach camera/beach-saturday.mp4": (
        Scene(
            "beach",
            6,
            (
                Part("ada", -0.08, 0.98, 0.92, 0.54, 0, 6),
                Part("ben", -0.30, 0.76, 0.86, 0.48, 0, 6),
            ),
        ),
    ),
    "street camera/street-saturday.mp4": (
        Scene(
            "street",
            6,
            (
                Part("ada", 1.08, 0.02, 0.86, 0.54, 0, 6),
                Part("ben", 1.34, 0.26, 0.80, 0.48, 0, 6),
            ),
            seed=2,
        ),
    ),
    # The way to work.
    "street camera/street-monday.mp4": (
        Scene(
            "street",
            6,
            (
                Part("emil", -0.08, 1.02, 0.86, 0.54, 0, 6),
                Part("cem", 1.08, 0.10, 0.76, 0.46, 0, 6),
            ),
            seed=2,
        ),
    ),
    "lobby camera/lobby-monday.mp4": (
        Scene(
            "office",
            6,
            (
                Part("emil", 1.08, 0.46, 0.94, 0.64, 0, 6),
                Part("dora", 0.20, 0.20, 0.95, 0.62, 0, 6),
            ),
            seed=4,
        ),
    ),
    "park camera/park-monday.mp4": (
        Scene(
            "park",
            6,
            (
                Part("dora", 1.08, 0.46, 0.90, 0.52, 0, 6),
                Part("ben", 0.24, 0.24, 0.92, 0.54, 0, 6),
            ),
            seed=3,
        ),
    ),
    "edited/a-day-out.mp4": (
        Photograph("temple", 2.5),
        Scene("beach", 4, (Part("ada", 0.38, 0.62, 0.98, 0.80),), seed=1),
        Photograph("astronaut", 3),
        Scene("street", 4, (Part("cem", 0.2, 0.5, 0.95, 0.74),), seed=2),
        Photograph("cat", 2.5),
        Scene(
            "park",
            4,
            (Part("ben", 0.66, 0.66, 0.98, 0.78), Part("dora", 0.38, 0.38, 0.98, 0.74)),
            seed=3,
        ),
        Photograph("coffee", 2.5),
        Photograph("flower", 2.5),
        Scene("office", 4, (Part("ada", 0.15, 0.45, 0.98, 0.76),), seed=4),
    ),
}

RECORDED: dict[str, datetime] = {
    "beach camera/beach-morning.mp4": datetime(2026, 6, 12, 11, 46, 10, tzinfo=UTC),
    "street camera/street-noon.mp4": datetime(2026, 6, 12, 12, 1, 30, tzinfo=UTC),
    "park camera/park-afternoon.mp4": datetime(2026, 6, 12, 18, 5, 5, tzinfo=UTC),
    "lobby camera/lobby-evening.mp4": datetime(2026, 6, 12, 18, 23, 40, tzinfo=UTC),
    "beach camera/beach-saturday.mp4": datetime(2026, 6, 13, 10, 12, 0, tzinfo=UTC),
    "street camera/street-saturday.mp4": datetime(2026, 6, 13, 10, 25, 20, tzinfo=UTC),
    "street camera/street-monday.mp4": datetime(2026, 6, 15, 8, 7, 15, tzinfo=UTC),
    "lobby camera/lobby-monday.mp4": datetime(2026, 6, 15, 8, 15, 50, tzinfo=UTC),
    "park camera/park-monday.mp4": datetime(2026, 6, 15, 17, 38, 25, tzinfo=UTC),
}
"""When each camera began to record. An edited film has no such time: it is of many."""
