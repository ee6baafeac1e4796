"""Attributes of people against captions: how often is what is stated right?

    python -m evaluation.attributes --images ZIP --captions CSV --dev --profile light --json

Taken are pictures in which the detector sees one person alone (``SURE``, at least ``TALL`` of the
picture high); their crop is read, and what people wrote about the picture is the truth. A gender
counts where the captions name one kind of person only. A thing is there where a caption says so;
captions leave much out, so that ``right`` of things is a lower bound. ``guess`` is how often the
value is true of all crops: who is right less often than that tells nothing. ``auc`` is of a
yes-or-no network's outputs before any threshold (.5: chance). ``--alone`` leaves out the prompts
that the product asks beside such a network, ``--encoder prompts`` the network.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from evaluation.pictures import Pictures, make_parser, open_networks, report
from evaluation.retrieval import DEV_COUNT, dev_key, read_captions
from recognition.engine.attributes import BinaryAttributes
from recognition.engine.geometry import pixels_of
from recognition.engine.types import AttributeReader, Detector, Floats, Image, Reading

SURE, TALL = 0.5, 0.4
"""Of a detection: its confidence, and its height as a share of the picture. By eye."""
KINDS = {
    "man": "man men guy male gentleman groom businessman",
    "woman": "woman women lady female girlfriend bride",
    "child": "child children toddler baby kid kids infant",
}
ADULTS = {"man", "woman"}
"""0230 knows no children; so these are told for adults alone, too."""
YOUNG, PERHAPS_YOUNG = {"little", "young", "small"}, {"boy", "boys", "girl", "girls"}
"""A little girl is a child; a girl may be a woman, and counts as nothing."""
THINGS = {
    ("hat", "hat"): "hat cap beanie sombrero",
    ("hat", "helmet"): "helmet",
    ("garment", "coat"): "coat jacket parka",
    ("garment", "dress"): "dress gown skirt",
    ("bag", "backpack"): "backpack rucksack knapsack",
}
OUTPUTS = {
    "has_hat": (("hat", "hat"), ("hat", "helmet")),
    "has_backpack": (("bag", "backpack"),),
    "has_coat_jacket": (("garment", "coat"),),
}
"""Outputs of 0230 and what they mean; ``is_male`` is asked among men and women alone."""


def main() -> None:
    """Command line."""
    parser = make_parser(__doc__, "--images", role="attributes")
    parser.add_argument("--captions", type=Path, required=True, help="CSV: image,caption")
    parser.add_argument("--dev", action="store_true", help="only pictures kept from training")
    parser.add_argument("--alone", action="store_true", help="a yes-or-no network without prompts")
    options = parser.parse_args()
    report(evaluate(options), options.json)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Readings of every lone person, and what they are worth."""
    networks = open_networks(options)
    reader = networks.attributes
    if options.alone:
        if not isinstance(reader, BinaryAttributes):
            raise SystemExit(f"“{reader.info.name}” is no yes-or-no network.")
        reader = BinaryAttributes(reader.network, reader.info)
    told = read_captions(options.captions)
    with Pictures(options.images) as pictures:
        inside = set(pictures.names)
        names = [name for name in dict.fromkeys(image for image, _ in told) if name in inside]
        if options.dev:
            names = sorted(names, key=dev_key)[:DEV_COUNT]
        crops = lone_people(pictures, names, networks.detector)
    truths = {name: truth_of(text for image, text in told if image == name) for name in crops}
    return {
        "profile": networks.profile,
        "attributes": reader.info.name,
        "pictures": len(names),
        "people": len(crops),
        **measure(list(crops.values()), [truths[name] for name in crops], reader),
    }


def lone_people(pictures: Pictures, names: Sequence[str], detector: Detector) -> dict[str, Image]:
    """The crop of whoever is alone, by picture."""
    found: dict[str, Image] = {}
    for start in range(0, len(names), 64):
        part = names[start : start + 64]
        images = [pictures.read(name) for name in part]
        for name, image, seen in zip(part, images, detector.detect(images), strict=True):
            sure = [
                i
                for i, label in enumerate(seen.labels)
                if label == "person" and seen.confidence[i] >= SURE
            ]
            if len(sure) != 1:
                continue
            box = seen.xyxy_norm[sure[0]]
            if box[3] - box[1] >= TALL:
                left, top, right, low = pixels_of(box, (image.shape[1], image.shape[0]))
                found[name] = image[top:low, left:right]
    return found


def truth_of(captions: Iterable[str]) -> dict[str, set[str]]:
    """Name → values that captions say; no ``gender`` where they name none, or several kinds."""
    words = set(re.findall("[a-z]+", " ".join(captions).lower()))
    kinds = {kind for kind, named in KINDS.items() if words & set(named.split())}
    if words & PERHAPS_YOUNG and words & YOUNG:
        kinds.add("child")
    truth: dict[str, set[str]] = {"gender": kinds} if len(kinds) == 1 else {}
    for (name, value), named in THINGS.items():
        truth.setdefault(name, set()).update({value} if words & set(named.split()) else ())
    return truth


def measure(
    crops: Sequence[Image], truths: Sequence[Mapping[str, set[str]]], reader: AttributeReader
) -> dict[str, Any]:
    """Figures by attribute and value; and AUC where outputs are probabilities."""
    readings = [reader.read([crop])[0] for crop in crops]
    wanted = [("gender", kind) for kind in KINDS] + list(THINGS)
    values = {f"{name} {value}": _figures(name, value, readings, truths) for name, value in wanted}
    adults = [i for i, truth in enumerate(truths) if truth.get("gender", set()) & ADULTS]
    of_adults = ([readings[i] for i in adults], [truths[i] for i in adults])
    for kind in sorted(ADULTS):
        values[f"gender {kind}, of adults"] = _figures("gender", kind, *of_adults)
    told: dict[str, Any] = {"values": values}
    if isinstance(reader, BinaryAttributes) and crops:
        table = reader.network.probabilities(crops)
        told["auc"] = _aucs(dict(zip(reader.network.labels, table.T, strict=True)), truths)
    return told


def _figures(
    name: str, value: str, readings: Sequence[Sequence[Reading]],
    truths: Sequence[Mapping[str, set[str]]],
) -> dict[str, Any]:  # fmt: skip
    known = [i for i, truth in enumerate(truths) if name in truth]
    true = {i for i in known if value in truths[i][name]}
    stated = {i for i in known if any((r.name, r.value) == (name, value) for r in readings[i])}
    return {
        "crops": len(known),
        "true": len(true),
        "stated": len(stated),
        "right": round(len(stated & true) / len(stated), 3) if stated else None,
        "guess": round(len(true) / len(known), 3) if known else None,
    }


def _aucs(
    outputs: Mapping[str, Floats], truths: Sequence[Mapping[str, set[str]]]
) -> dict[str, float | None]:
    adults = [i for i, truth in enumerate(truths) if truth.get("gender", set()) & ADULTS]
    found: dict[str, float | None] = {}
    if "is_male" in outputs:
        men = np.array(["man" in truths[i]["gender"] for i in adults], dtype=bool)
        found["is_male"] = auc(outputs["is_male"][adults], men)
    for output, meant in OUTPUTS.items():
        if output in outputs:
            true = [any(value in truth[name] for name, value in meant) for truth in truths]
            found[output] = auc(outputs[output], np.array(true, dtype=bool))
    return found


def auc(scores: Floats, true: Any) -> float | None:
    """Area under the ROC curve: how often a true one is scored above one that is not; None where
    there are none of either."""
    positive, negative = int(true.sum()), int((~true).sum())
    if not positive or not negative:
        return None
    ranks = rankdata(scores)[true]
    return round(float((ranks.mean() - (positive + 1) / 2) / negative), 3)


if __name__ == "__main__":
    main()
