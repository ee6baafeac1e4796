"""Keyframes: one for every shot, more when something happens, none plain or mixed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ingest.media.keyframes import Keyframe, KeyframeChooser, Sample, best_of
from ingest.media.shots import Cut
from ingest.media.tiny import COLUMNS, ROWS, Tiny

BASE = Fraction(1, 10)
PICTURE = np.zeros((4, 4, 3), np.uint8)


def sample(pts: int, *, seed: int = 0, sharpness: float = 10.0, plain: bool = False) -> Sample:
    randoms = np.random.default_rng(seed)
    values = np.full(3456, 128, np.float32)
    if not plain:
        values[: ROWS * COLUMNS] = randoms.uniform(0, 255, ROWS * COLUMNS)
    return Sample(pts, PICTURE, Tiny(values), sharpness)


def choose(samples: list[Sample], cuts: list[Cut]) -> list[Keyframe]:
    chooser = KeyframeChooser(BASE)
    chosen: list[Keyframe] = []
    for each in samples:
        chooser.add(each)
    for cut in cuts:
        chosen += chooser.cut(cut)
    return [*chosen, *chooser.finish()]


def test_a_still_shot_has_one_from_its_middle() -> None:
    chosen = choose([sample(pts) for pts in range(0, 101, 4)], [])
    assert [k.shot_index for k in chosen] == [0]
    assert 44 <= chosen[0].sample.pts <= 56


def test_every_shot_has_one() -> None:
    samples = [sample(pts, seed=pts // 10) for pts in range(0, 30, 3)]
    chosen = choose(samples, [Cut(10, 10, 10), Cut(20, 20, 20)])
    assert [k.shot_index for k in chosen] == [0, 1, 2]
    assert [k.sample.pts // 10 for k in chosen] == [0, 1, 2]


def test_a_shot_without_sample_takes_the_nearest() -> None:
    samples = [sample(0), sample(4), sample(12)]
    chosen = choose(samples, [Cut(6, 6, 6), Cut(10, 10, 10)])
    assert [(k.sample.pts, k.shot_index) for k in chosen] == [(0, 0), (12, 1), (12, 2)]


def test_change_brings_more_but_not_too_many() -> None:
    samples = [sample(pts, seed=pts) for pts in range(0, 100, 2)]
    times = [k.sample.pts for k in choose(samples, [])]
    assert 4 <= len(times) <= 5


def test_long_still_shots_bring_one_now_and_then() -> None:
    samples = [sample(pts) for pts in range(0, 1000, 3)]
    assert len(choose(samples, [])) == 4


def test_the_best_is_sharp_and_not_plain() -> None:
    samples = [sample(0), sample(5, sharpness=1), sample(6, sharpness=99, plain=True), sample(9)]
    assert best_of(samples).pts == 0
    assert best_of([sample(3, plain=True)]).pts == 3


def test_a_plain_part_of_a_shot_is_not_shown_for_it() -> None:
    black = [sample(pts, plain=True) for pts in range(0, 24, 3)]
    seen = [sample(pts, seed=7) for pts in range(24, 48, 3)]
    assert [k.sample.pts >= 24 for k in choose([*black, *seen], [])] == [True]


def test_a_shot_that_is_plain_throughout_has_one_all_the_same() -> None:
    black = [sample(pts, plain=True) for pts in range(0, 20, 2)]
    seen = [sample(pts, seed=7) for pts in range(20, 40, 2)]
    chosen = choose([*black, *seen], [Cut(20, 20, 20)])
    assert [k.shot_index for k in chosen] == [0, 1]
    assert [k.shot_index for k in choose(black, [])] == [0]


def test_mixed_frames_are_left_out() -> None:
    samples = [sample(pts, seed=pts // 20) for pts in range(0, 40, 2)]
    chosen = choose(samples, [Cut(20, 4, 36)])
    assert chosen[0].sample.pts < 4
    assert chosen[1].sample.pts >= 36
