"""What a weight of evidence means as a probability, per encoder of pictures. Pure data and Platt's
scaling (Platt 1999).

Made by ``python -m evaluation.search --footage DIR --queries FILE --calibrate``, which fits the two
numbers on one half of the queries, prints how reliable they are on the other, and prints the line
for the table. An encoder that nobody measured gets ``UNMEASURED``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """``p = 1 / (1 + exp(-(slope * evidence + bias)))``."""

    slope: float
    bias: float

    def probability(self, evidence: float) -> float:
        """The share of clips with this much evidence that are right, 0–1; never falling."""
        return 1.0 / (1.0 + math.exp(-max(min(self.slope * evidence + self.bias, 40.0), -40.0)))


UNMEASURED = Calibration(0.94, -4.8)
"""As the built-in encoder's, rounded."""
BY_ENCODER: dict[str, Calibration] = {
    # 40 queries over 40 labelled clips; held-back expected calibration error .009
    "everyid-image-1": Calibration(0.936, -4.809),
    # the same; .009
    "mobilenet-v1-features + everyid-light-projection-1": Calibration(1.195, -5.726),
}


def calibration_of(encoder: str) -> Calibration:
    """The calibration of an encoder, by its name."""
    return BY_ENCODER.get(encoder, UNMEASURED)
