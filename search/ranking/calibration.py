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
    """``p = 1 / (1 + exp(-(slope * evidence + bias + prior)))``.

    It was measured among so many ``pictures`` (keyframes of the user's libraries). Among fewer a
    picture is likelier to be the one that is meant: ``prior`` adds the log of how many times fewer.
    Among more it is 0: then more than one is meant.
    """

    slope: float
    bias: float
    pictures: int = 289

    def probability(self, evidence: float, pictures: int | None = None) -> float:
        """The share of clips with this much evidence that are right, 0–1; never falling.

        ``pictures`` are those that the evidence was found among (None: as when measured).
        """
        prior = 0.0
        if pictures is not None and pictures < self.pictures:
            prior = math.log(self.pictures / max(pictures, 1))
        return 1.0 / (1.0 + math.exp(-max(min(self.slope * evidence + self.bias + prior, 40), -40)))


UNMEASURED = Calibration(0.94, -4.8)
"""As the built-in encoder's, rounded."""
BY_ENCODER: dict[str, Calibration] = {
    # 40 queries over 40 labelled clips; held-back expected calibration error .015
    "everyid-image-1": Calibration(0.933, -4.838),
    # the same; .006
    "mobilenet-v1-features + everyid-light-projection-1": Calibration(1.188, -5.927),
}


def calibration_of(encoder: str) -> Calibration:
    """The calibration of an encoder, by its name."""
    return BY_ENCODER.get(encoder, UNMEASURED)
