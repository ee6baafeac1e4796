"""What ``evaluation.attributes`` makes of captions and readings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from evaluation.attributes import auc, measure, truth_of
from recognition.engine.attributes import BinaryAttributes
from recognition.engine.types import Floats, Image, NetworkInfo

INFO = NetworkInfo("yes or no", "attributes", "1")
CROPS = [np.full((40, 20, 3), value, np.uint8) for value in (250, 200, 150, 10)]


class Bright:
    """Bright crops are men with hats."""

    labels: tuple[str, ...] = ("is_male", "has_hat", "has_backpack")

    def probabilities(self, crops: Sequence[Image]) -> Floats:
        rows = [[crop.mean() / 255, crop.mean() / 255, 0.0] for crop in crops]
        return np.array(rows, np.float32)


def test_captions_name_one_kind_of_person_or_none() -> None:
    assert truth_of(["A man on a bench .", "A guy sits ."])["gender"] == {"man"}
    assert "gender" not in truth_of(["A man and a woman ."])
    assert "gender" not in truth_of(["A girl runs ."])
    assert truth_of(["A little girl runs .", "A girl ."])["gender"] == {"child"}
    truth = truth_of(["Someone in a red jacket and a helmet ."])
    assert (truth["garment"], truth["hat"], truth["bag"]) == ({"coat"}, {"helmet"}, set())
    assert truth_of(["A manly catfish ."]).get("gender") is None


def test_what_is_stated_is_set_against_the_captions() -> None:
    truths = [truth_of([text]) for text in ("a man in a hat", "a man", "a woman in a hat", "a car")]
    figures = measure(CROPS, truths, BinaryAttributes(Bright(), INFO))
    men = figures["values"]["gender man"]
    assert men == {"crops": 3, "true": 2, "stated": 1, "right": 1.0, "guess": 0.667}
    assert figures["values"]["garment dress"]["right"] is None
    assert figures["values"]["hat hat"] == {
        "crops": 4, "true": 2, "stated": 1, "right": 1.0, "guess": 0.5,
    }  # fmt: skip
    assert figures["auc"] == {"is_male": 1.0, "has_hat": 0.75, "has_backpack": None}


def test_auc_is_the_share_of_pairs_in_order() -> None:
    scores, true = np.array([0.1, 0.4, 0.4, 0.9], np.float32), np.array([False, True, False, True])
    assert auc(scores, true) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert auc(scores, np.ones(4, bool)) is None
