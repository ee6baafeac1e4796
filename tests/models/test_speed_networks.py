"""The table of speeds: every network has a row, whether it could be measured or not."""

from __future__ import annotations

import json
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from evaluation import speed, speed_architectures, speed_rows
from evaluation.speed_architectures import PROFILES, openvino_network, plain, plans_of
from evaluation.speed_clock import Taken
from evaluation.speed_networks import LOOKS, measure_networks, table
from evaluation.speed_rows import Built, Plan, timings
from evaluation.speed_traffic import Traffic
from recognition.engine.manifest import by_name, light_weights, network_weights
from recognition.engine.profiles import profile_networks

SIDE = 8


def small(name: str, place: str, dtype: Any) -> Built:
    """A 3×3 kernel over 3 planes of 8×8, to 4 of 6×6."""
    return plain(name, torch.nn.Conv2d(3, 4, 3, bias=False), (SIDE, SIDE), place, dtype)


def failing(error: Exception, place: str, dtype: Any) -> Built:
    raise error


def endless(place: str, dtype: Any) -> Built:
    time.sleep(600)
    raise AssertionError


def dying(place: str, dtype: Any) -> Built:
    os.kill(os.getpid(), signal.SIGKILL)  # as the kernel does where memory ends
    raise AssertionError


def tiny(role: str, **more: bool) -> Plan:
    return Plan("tiny", role, 0.1, partial(small, "tiny"), **more)


def broken(role: str, make: Any) -> Plan:
    return Plan("broken", role, 0.1, make)


def test_what_cannot_be_measured_gets_a_row_that_says_why() -> None:
    plans = (
        tiny("detector"),
        tiny("person", is_chosen=False),
        broken("person", partial(failing, ImportError("No module named 'open_clip'"))),
        broken("image_text", partial(failing, RuntimeError("mat1 and mat2 shapes\nand more"))),
        broken("open_set", dying),
        Plan("huge", "captions", 10_000_000, partial(small, "huge")),
        tiny("scene"),
    )
    figures = measure_networks("full", plans, device="cpu", repeat=1, without=("scene",))
    rows = figures["networks"]
    assert [row["role"] for row in rows] == [plan.role for plan in plans]
    assert rows[2]["failed"] == "ImportError: No module named 'open_clip'"
    assert rows[3]["failed"] == "RuntimeError: mat1 and mat2 shapes"
    assert rows[4]["failed"].startswith("its process died (killed")
    assert rows[5]["left_out"].startswith("needs some 52000 GB")
    assert rows[6]["left_out"] == "as asked"
    measured = rows[0]
    assert measured["gflop_per_picture"] == round(2 * 4 * 6 * 6 * 27 / 1e9, 2)
    best = measured["pictures_per_s"][str(measured["best_batch"])]
    assert measured["hour_s"] == round(LOOKS["detector"] / best)
    assert "hour_s" not in rows[1]  # it stands beside the profile's own
    assert figures["hour_of_edited_1080p_s"] == measured["hour_s"]
    assert figures["hour_is_whole"] is False
    assert figures["hour_lacks"] == ["broken", "broken", "broken", "huge", "tiny"]
    told = table(figures)
    assert "| `broken` | open_set | | | its process died (killed" in told
    assert "without broken, broken, broken, huge, tiny)" in told and "(`tiny`)" in told


def test_what_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    figures = measure_networks("full", [broken("scene", endless)], device="cpu", limit_s=8.0)
    assert figures["networks"][0]["failed"] == "not done after 8 s"
    assert time.monotonic() - began < 500


def test_the_command_prints_the_table_or_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, str]] = []

    def plans(profile: str, *, folder: str) -> tuple[Plan, ...]:
        asked.append((profile, folder))
        return (tiny("detector"), tiny("captions"))

    monkeypatch.setattr(speed_architectures, "plans_of", plans)
    monkeypatch.delenv("EVERYID_WEIGHTS_MIRROR", raising=False)
    words = ["--random-weights", "--profile", "full", "--device", "cpu"]
    assert speed.main([*words, "--json", "--without", "captions"]) == 0
    assert asked == [("full", "")]
    figures = json.loads(capsys.readouterr().out)
    assert figures["networks"][0]["bound_by"] in ("arithmetic", "bytes", "neither")
    assert figures["networks"][0]["peak_mb"] > 0
    nothing = ["--mirror", "file:///somewhere", "--without", "detector", "captions"]
    assert speed.main([*words, *nothing]) == 1
    told = capsys.readouterr().out
    assert "one hour of edited 1080p footage takes" in told and asked[-1][1] == "/somewhere"
    with pytest.raises(SystemExit):
        speed.main(["--random-weights", "--profile", "light"])
    assert "--random-weights knows the profiles standard, full" in capsys.readouterr().err


def test_batches_that_do_not_fit_are_left_out() -> None:
    sizes: list[int] = []

    def run(count: int) -> None:
        sizes.append(count)
        if count > 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    found = timings(run, (1, 8, 32, 64), Taken(0.001, 0.001), "cpu", 2)
    assert list(found) == [1, 8] and sizes == [1, 1, 8, 8, 32]


def test_a_slow_network_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_rows, "BUDGET_S", 10.0)
    runs: list[int] = []
    slow = Taken(20.0, 18.0)
    assert timings(runs.append, (1, 4), slow, "cpu", 3) == {1: slow} and runs == []
    timings(runs.append, (1,), Taken(4.0, 4.0), "cpu", 3)
    assert runs == [1, 1]


def test_bytes_of_weights_are_told_from_others() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(8, 4, bias=False), torch.nn.ReLU())
    with torch.inference_mode(), Traffic(network) as traffic:
        network(torch.zeros(2, 8))
    assert traffic.of_weights == 8 * 4 * 4
    # The product reads 2×8 and writes 2×4, ReLU reads and writes 2×4; zeros are written.
    assert traffic.of_others == 4 * (16 + 8 + 8 + 8 + 16)
    words, ids = torch.nn.Embedding(1000, 4), torch.tensor([1, 2])
    with torch.inference_mode(), Traffic(words) as traffic:
        words(ids)
    assert traffic.of_weights == traffic.of_others == 2 * 4 * 4


@pytest.mark.parametrize("profile", PROFILES)
def test_every_network_of_a_profile_has_its_plan(profile: str) -> None:
    plans = [plan for plan in plans_of(profile) if plan.is_chosen]
    known = {entry.name for entry in (*network_weights(), *light_weights())}
    named = {name for name in profile_networks(profile).values() if name in known}
    assert {plan.name for plan in plans} == named
    assert {plan.role for plan in plans} <= set(LOOKS)
    for plan in plans:
        entry = by_name((*network_weights(), *light_weights()), plan.name)
        # Two or four bytes a parameter, about.
        stored = max(int(entry.raw["bytes"]), sum(file.bytes for file in entry.files))
        assert stored / 5 < plan.parameters_m * 1e6 < stored, plan.name


def test_networks_of_openvino_are_measured_from_their_files(shared_dir: Path) -> None:
    teachers = shared_dir / "teachers"
    name = "person-attributes-recognition-crossroad-0230"
    plan = Plan(name, "attributes", 0.7, partial(openvino_network, name, str(teachers)))
    row = speed_rows.measure(plan, "cpu", 1)
    assert (row["parameters_m"], row["gflop_per_picture"]) == (0.7, 0.17)  # as Intel states them
    lost = Plan(name, "attributes", 0.7, partial(openvino_network, name, ""))
    figures = measure_networks("standard", [lost], device="cpu")
    assert "its file is its architecture" in figures["networks"][0]["failed"]
