"""Attributes and scenes over stand-in encoders whose space has one axis per word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recognition.engine import attributes as a
from recognition.engine import scenes as s
from recognition.engine.embedding import unit
from recognition.engine.errors import BadValue, WeightsError
from recognition.engine.types import Floats, Image, NetworkInfo, Reading

INFO = NetworkInfo("stand-in", "text", "0", 64)


class Words:
    """Bag of words: each word is an axis."""

    info = INFO

    def __init__(self) -> None:
        self.axes: dict[str, int] = {}

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), 512), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.replace(",", " ").split():
                row[self.axes.setdefault(word, len(self.axes))] += 1
        return unit(rows)


class Pictures:
    """Every picture is the words it was told to be."""

    info = INFO

    def __init__(self, words: Words, text: str):
        self.words, self.text = words, text

    def encode_images(self, images: Sequence[Image]) -> Floats:
        return self.words.encode_texts([self.text] * len(images))


def grey(value: int = 128, size: tuple[int, int] = (96, 40)) -> Image:
    return np.full((*size, 3), value, np.uint8)


def sharp(group: a.PromptGroup) -> a.PromptGroup:
    return a.PromptGroup(group.name, group.values, 60.0, 0.5, group.silent)


def test_prompts_name_what_is_there_and_are_silent_about_nothing() -> None:
    words = Words()
    groups = [sharp(group) for group in a.GROUPS]
    seen = a.PromptAttributes(Pictures(words, "a woman with long hair"), words, INFO, groups)
    (readings,) = seen.read([grey()])
    found = {r.name: r.value for r in readings}
    assert found["gender"] == "woman"
    dressed = a.PromptAttributes(Pictures(words, "winter coat jacket"), words, INFO, groups)
    assert "coat" in {r.value for r in dressed.read([grey()])[0]}
    bare = a.PromptAttributes(Pictures(words, "a person with hair"), words, INFO, groups)
    assert "hat" not in {r.name for r in bare.read([grey()])[0]}
    assert seen.read([]) == []


def test_flat_probabilities_state_nothing() -> None:
    assert a.state(a.GENDER, np.array([0.4, 0.35, 0.25], np.float32)) is None
    stated = a.state(a.GENDER, np.array([0.1, 0.8, 0.1], np.float32))
    assert stated == Reading("gender", "woman", 0.8)


class Network:
    labels: tuple[str, ...] = ("is_male", "has_bag", "has_backpack", "has_hat")

    def __init__(self, *values: float):
        self.values = values

    def probabilities(self, crops: Sequence[Image]) -> Floats:
        return np.tile(np.array(self.values, np.float32), (len(crops), 1))


@pytest.mark.parametrize(
    "values, expected",
    [
        ((0.95, 0, 0, 0), {"gender": "man"}),
        ((0.01, 0, 0.95, 0), {"gender": "woman", "bag": "backpack"}),
        ((0.6, 0.6, 0.6, 0.6), {}),
    ],
)
def test_a_yes_or_no_network_is_read_only_when_sure(
    values: tuple[float, ...], expected: dict[str, str]
) -> None:
    (readings,) = a.BinaryAttributes(Network(*values), INFO).read([grey()])
    assert {r.name: r.value for r in readings if "colour" not in r.name} == expected


def test_prompts_win_where_both_speak() -> None:
    child, man = Reading("gender", "child", 0.8), Reading("gender", "man", 0.9)
    hat = Reading("hat", "hat", 0.6)
    assert a.combine([man, hat], [child]) == [child, hat]


def test_several_crops_of_one_person_agree_on_one_reading() -> None:
    red, blue = Reading("upper_colour", "red", 0.8), Reading("upper_colour", "blue", 0.7)
    (merged,) = a.merge([[red], [red], [blue], []])
    assert merged.value == "red" and 0.5 < merged.confidence < 0.8
    assert a.merge([[red], [], [], []]) == []
    assert a.merge([[red], [red]]) == [red]
    assert a.merge([]) == []


def scene_reader(head: s.SceneHead | None = None) -> tuple[s.PromptScenes, Words]:
    words = Words()
    calibration = s.SceneCalibration(sharpness=40.0, setting_sharpness=40.0)
    return s.PromptScenes(words, INFO, head, calibration), words


def test_a_scene_is_named_with_its_setting() -> None:
    reader, words = scene_reader()
    vectors = words.encode_texts(["a kitchen with a stove", "a sandy beach by the ocean"])
    kitchen, beach = reader.read_scenes([grey(), grey(180)], vectors)
    assert kitchen[0].name == "scene" and kitchen[0].value == "kitchen"
    assert Reading("setting", "indoors", kitchen[1].confidence) == kitchen[1]
    assert beach[0].value == "beach"
    assert "indoors" not in [r.value for r in beach]


def test_a_flat_picture_has_no_scene() -> None:
    reader, _ = scene_reader()
    nothing = np.zeros((1, 512), np.float32)
    nothing[0, -1] = 1
    assert [r for r in reader.read_scenes([grey()], nothing)[0] if r.name == "scene"] == []
    assert reader.read_scenes([], nothing[:0]) == []
    with pytest.raises(BadValue):
        reader.read_scenes([grey()], nothing[:0])


def test_a_head_replaces_the_prompts() -> None:
    weights = np.zeros((len(s.LABELS), 4), np.float32)
    bias = np.zeros(len(s.LABELS), np.float32)
    bias[list(s.LABELS).index("desert")] = 9
    reader, _ = scene_reader(s.SceneHead(weights, bias))
    (found,) = reader.read_scenes([grey(200)], np.ones((1, 4), np.float32))
    assert found[0].value == "desert" and found[0].confidence > 0.9


def test_a_head_for_other_labels_is_refused() -> None:
    with pytest.raises(WeightsError, match="other labels"):
        s.read_head(Path("nowhere.npz"), ["beach"])


def test_day_and_night_are_told_outdoors_only() -> None:
    night, day, dusk = grey(15), grey(170), grey(65)
    assert s.read_light(night, 0.1) == Reading("light", "night", 0.902)
    light = s.read_light(day, 0.1)
    assert light is not None and light.value == "day"
    assert s.read_light(dusk, 0.1) is None
    assert s.read_light(night, 0.9) is None


def test_every_indoor_label_is_a_label() -> None:
    assert set(s.LABELS) >= s.INDOOR_LABELS
