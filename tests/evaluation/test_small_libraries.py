"""Small libraries are drawn and put back; figures are those of the best clip."""

from __future__ import annotations

import pytest

from evaluation.reliability import Judged
from evaluation.small_libraries import drawn_library, figures
from ingest.models import Asset, Library
from tests.factories import make_asset, make_library


def test_figures_are_of_the_best_clip() -> None:
    asked = [[Judged(0.8, True), Judged(0.1, False)], [Judged(0.2, False), Judged(0.1, True)]]
    found = figures(asked)
    assert (found["queries"], found["best_right"], found["best_score"]) == (2, 0.5, 0.5)
    assert 0 < found["ece"] < 1


@pytest.mark.django_db
def test_a_drawn_library_is_all_that_is_seen_and_is_gone_afterwards() -> None:
    home = make_library()
    kept, other = make_asset(home, name="kept.mp4"), make_asset(home, name="other.mp4")
    with drawn_library(["kept.mp4"]) as (user, names):
        [library] = Library.objects.filter(members=user)
        assert list(library.assets.all()) == [kept] and names == {"kept.mp4"}
    assert set(Asset.objects.filter(library=home)) == {kept, other}
    assert list(Library.objects.all()) == [home]
