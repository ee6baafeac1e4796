"""The manifest of the shipped weights: what each file is, its checksum, and how its input is made.

`manifest.json` lies beside the weights in `recognition/engine/builtin/`; the product reads
preprocessing from it and verifies the checksums. No torch here: tests and tools read it anywhere.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).resolve().parents[2] / "recognition" / "engine" / "builtin"
LICENCE = "Apache-2.0; trained on research-only pictures, see the card"
SPACE = "everyid-joint-1"
BUDGET_BYTES = 24_000_000


def sha256(file: Path) -> str:
    """Checksum of a file, hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read(folder: Path = SHIPPED) -> dict[str, Any]:
    """The manifest, or an empty one."""
    file = folder / "manifest.json"
    if not file.exists():
        return {"version": 1, "weights": []}
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def record(entry: dict[str, Any], folder: Path = SHIPPED) -> None:
    """Put one weight into the manifest, with the size and checksum of its file, in place of its
    older self.
    """
    file = folder / entry["file"]
    whole = {
        **entry,
        "sha256": sha256(file),
        "bytes": file.stat().st_size,
        "licence": entry.get("licence", LICENCE),
        "files": {name: sha256(folder / name) for name in entry.get("files", {})},
    }
    manifest = read(folder)
    older: dict[str, Any] = next((w for w in manifest["weights"] if w["name"] == entry["name"]), {})
    # What was measured on the older file is kept until it is measured again; ``calibrated_for``
    # still names that file, so that ``problems`` says so.
    for key in ("calibration", "told_labels", "calibrated_for"):
        if key in older:
            whole.setdefault(key, older[key])
    others = [w for w in manifest["weights"] if w["name"] != entry["name"]]
    manifest["weights"] = sorted([*others, whole], key=lambda w: str(w["name"]))
    part = folder / "manifest.json.part"
    part.write_text(json.dumps(manifest, indent=2) + "\n")
    part.replace(folder / "manifest.json")


def problems(folder: Path = SHIPPED) -> list[str]:
    """What is wrong with the shipped weights: missing files, other checksums, too many bytes."""
    found = []
    total = 0
    for weight in read(folder)["weights"]:
        wanted = {weight["file"]: weight["sha256"], **weight["files"]}
        for name, checksum in wanted.items():
            if not (folder / name).exists():
                found.append(f"{name} is missing")
                continue
            total += (folder / name).stat().st_size
            if sha256(folder / name) != checksum:
                found.append(f"{name} is not the file that the manifest names")
        if "calibration" in weight and weight.get("calibrated_for") != weight["sha256"]:
            found.append(f"{weight['name']} was calibrated on an older file: measure it again")
        if not (folder / weight["card"]).exists():
            found.append(f"{weight['card']} is missing")
    if total > BUDGET_BYTES:
        found.append(f"{total} bytes of weights, more than {BUDGET_BYTES}")
    return found
