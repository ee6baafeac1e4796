"""Films and footage for the tests of media."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.films import Film, Person, Scene, Way, make_film

SHARED = Path(__file__).resolve().parents[4] / "shared"
ANN = Person("ann", "red", "black", "brown", has_long_coat=True, has_long_hair=True)
BOB = Person("bob", "blue", "beige", "black", skin=2)
SIZE = (192, 108)


def three_scenes() -> list[Scene]:
    """Beach, street and room; 1.2 s each, people walking, a flash on the street."""
    return [
        Scene("beach", Fraction(6, 5), (Way(ANN),)),
        Scene("street", Fraction(6, 5), (Way(BOB, (0.9, 0.9), (0.2, 0.9)),),
              flash_at_s=Fraction(3, 5)),
        Scene("room", Fraction(6, 5), (Way(ANN, height=0.7),)),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Three scenes as H.264 with B-frames and sound in MP4."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_film(path, three_scenes(), size=SIZE, b_frames=3, audio="aac")
