from __future__ import annotations

import numpy as np
import pytest

from evaluation import camera_network, clustering_scale
from evaluation.clustering import clicks, make_options, measure
from evaluation.made_people import make_tracks


def test_its_options_go_together() -> None:
    assert make_options().parse_args(["--cameras", "--json"]).cameras
    chosen = make_options().parse_args(["--dataset", "d.zip", "--network", "person=made"])
    assert chosen.network == [("person", "made")]


@pytest.mark.parametrize(
    ("labels", "identities", "expected"),
    [
        ([0, 0, 1, 1], [5, 5, 6, 6], 0),
        ([0, 0, 1, 1], [5, 5, 5, 5], 1),  # one merge
        ([0, 0, 0, 1], [5, 5, 6, 6], 1),  # one moved to its person
        ([0, 0, 0], [5, 5, 6], 1),  # one picked out
        ([-1, -1, 0, 0], [5, 5, 5, 5], 2),  # two alone, merged with the others
        ([0, 0, 0, 0, 1, 1, 1, 1], [5, 5, 5, 6, 5, 5, 5, 6], 3),
    ],
)
def test_clicks_to_perfect(labels: list[int], identities: list[int], expected: int) -> None:
    assert clicks(np.array(labels), np.array(identities)) == expected


def test_figures_of_a_perfect_and_a_wrong_clustering() -> None:
    truth = np.array([1, 1, 2, 2])
    assert measure(truth, truth)["pairwise"]["f1"] == measure(truth, truth)["bcubed"]["f1"] == 1
    wrong = measure(np.zeros(4, dtype=np.int64), truth)
    assert wrong["pairwise"]["precision"] == pytest.approx(1 / 3, abs=1e-3)
    assert wrong["merged_wrongly"] == 1 and wrong["bcubed"]["precision"] == 0.5


def test_made_people_are_the_same_for_the_same_seed_and_as_hard_as_they_say() -> None:
    made, again = make_tracks(1500), make_tracks(1500)
    assert (made.vectors == again.vectors).all() and (made.identities == again.identities).all()
    cosines = clustering_scale._cosines(made)
    assert cosines["other_99"] < 0.32 < cosines["same_10"] < 0.6
    sizes = np.bincount(made.identities)
    assert sizes.max() > 10 * np.median(sizes)


def test_context_tells_people_apart_better_than_looks_alone() -> None:
    figures = camera_network.evaluate(2)
    for name in ("clear", "weak"):
        before, after = figures[name]["without_context"], figures[name]["with_context"]
        assert after["f1"] > before["f1"] and after["clicks"] < before["clicks"]
        assert after["mixed"] <= before["mixed"], "context puts no two people together"
        assert after["joined_wrongly"] <= before["joined_wrongly"]
        assert after["precision"] >= before["precision"]


def test_figures_of_many_tracks_have_what_was_promised() -> None:
    figures = clustering_scale.evaluate(300)
    assert {"seconds", "peak_mb", "pairwise_f1", "bcubed_f1", "reference"} <= set(figures)
    assert figures["pairwise_f1"] > 0.9 and figures["new_asset_seconds"] < 60
    assert figures["reference"]["method"] == "hdbscan" and figures["reference"]["note"] == ""
    assert figures["incremental"]["wrongly_joined"] <= 5
