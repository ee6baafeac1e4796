"""`python -m training.builtin text|projection|image|person|detector|all|export|evaluate --data DIR
--teachers DIR --work DIR`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

NETWORKS = ("text", "projection", "detector", "image", "person")
MINUTES = {"text": 15.0, "projection": 15.0, "detector": 60.0, "image": 60.0, "person": 30.0}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("python -m training.builtin", description=__doc__)
    parser.add_argument("what", choices=[*NETWORKS, "all", "export", "evaluate", "verify"])
    parser.add_argument(
        "networks",
        nargs="*",
        metavar="NETWORK",
        help="for export and evaluate: which",
    )
    parser.add_argument("--data", type=Path, help="folder of pictures and captions, see data.py")
    parser.add_argument("--teachers", type=Path, help="folder of the teachers, see teachers.py")
    parser.add_argument(
        "--work", type=Path, help="folder for caches and checkpoints, outside the repository"
    )
    parser.add_argument("--minutes", type=float, help="wall-clock minutes of training")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint in the work folder"
    )
    parser.add_argument(
        "--from-shipped", action="store_true", help="start from the shipped ONNX weights"
    )
    parser.add_argument(
        "--refit", action="store_true", help="image: solve the last layer anew (new joint space)"
    )
    parser.add_argument("--crops", action="store_true", help="image: teacher-seen crops too")
    parser.add_argument(
        "--large", action="store_true", help="image: the larger views from the beginning"
    )
    parser.add_argument("--rate", type=float, help="image: the highest learning rate")
    return parser.parse_args(arguments)


def run_training(what: str, options: argparse.Namespace) -> None:
    """Train one network and export it."""
    from training.builtin import detector, image, person, text

    minutes = options.minutes or MINUTES[what]
    common: dict[str, Any] = {
        "seed": options.seed,
        "resume": options.resume,
        "device": options.device,
    }
    if what == "image":
        common["crops"] = options.crops
        moved = options.from_shipped and (options.work / "joint.pt").exists()
        common["refit"] = options.refit or moved
        common["large"] = options.large
        if options.rate:
            common["rate"] = options.rate
    if options.from_shipped:
        from training.builtin import shipped

        shipped.restore(what, options.data, options.work)
        common["resume"] = True
    places = (options.data, options.teachers, options.work)
    if what in ("text", "projection"):
        text.train(*places, minutes=minutes, **common)
    else:
        trainers: dict[str, Any] = {"detector": detector, "image": image, "person": person}
        trainers[what].train(*places, minutes, **common)
    run_export(what, options)


def run_export(what: str, options: argparse.Namespace) -> None:
    """Write one network's ONNX file and its manifest entry."""
    from training.builtin import export

    if what in ("text", "projection"):
        export.export_text(options.data, options.teachers, options.work)
    else:
        exporters: dict[str, Any] = {
            "detector": export.export_detector,
            "image": export.export_image,
            "person": export.export_person,
        }
        exporters[what](options.work)


def run_evaluation(what: str, options: argparse.Namespace) -> Any:
    """Development figures of one shipped network."""
    from training.builtin import evaluate, evaluate_detector

    places = (options.data, options.teachers, options.work)
    if what == "detector":
        return evaluate_detector.evaluate_detector(*places)
    if what == "person":
        return evaluate.evaluate_person(options.data, options.teachers)
    return evaluate.evaluate_pair(*places, "builtin" if what == "image" else "light")


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    from training.builtin import manifest

    options = parse(arguments)
    if options.what == "verify":
        found = manifest.problems()
        print(json.dumps(found, indent=2))
        return 1 if found else 0
    if not (options.data and options.teachers and options.work):
        print("--data, --teachers and --work are needed", file=sys.stderr)
        return 2
    import torch

    torch.set_num_threads(options.threads)
    chosen = options.networks or [n for n in NETWORKS if n != "projection"]
    if options.what == "evaluate":
        print(json.dumps({n: run_evaluation(n, options) for n in chosen}, indent=2))
    elif options.what == "export":
        for name in chosen:
            run_export(name, options)
    else:
        for name in chosen if options.what == "all" else [options.what]:
            run_training(name, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
