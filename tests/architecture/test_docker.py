"""The images and the compose file against the code: no engine is needed to see that they fit."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import yaml

from everyid_site.env import Environment
from everyid_site.settings import INSTALLED_APPS

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text()
COMPOSE = (ROOT / "docker/compose.yml").read_text()
OF_COMPOSE = {"EVERYID_DB_PASSWORD", "EVERYID_DB_BUFFERS", "EVERYID_FOOTAGE", "EVERYID_WEB_TARGET"}
"""Variables of the compose file itself."""


def stages() -> dict[str, str]:
    """The text of each stage of the Dockerfile, by its name."""
    parts = re.split(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, flags=re.MULTILINE)[1:]
    texts: dict[str, str] = {}
    for parent, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        texts[name] = texts.get(parent, "") + text
    return texts


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


def test_what_is_copied_is_there_and_not_ignored() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    sources = [
        source
        for copied in re.findall(r"^COPY (.+)$", DOCKERFILE, flags=re.MULTILINE)
        for source in copied.split()[:-1]
    ]
    assert set(sources) == let_through
    assert all((ROOT / source).exists() for source in sources)


def test_every_image_has_all_rooms_and_runs_as_nobody_in_particular() -> None:
    rooms = {app for app in INSTALLED_APPS if (ROOT / app).is_dir()}
    assert len(rooms) == 4
    for name in ("web", "worker", "web-torch", "worker-cuda"):
        text = stages()[name]
        copied = {
            word for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for word in line.split()
        }
        assert rooms | {"templates", "static", "manage.py"} <= copied
        assert re.findall(r"^USER (.+)$", text, re.MULTILINE)[-1] == "10001"
        assert "pip install --require-hashes" in text


def test_the_gpu_worker_has_torch_a_gpu_and_its_queue() -> None:
    service = services()["gpu-worker"]
    (device,) = service["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"] and service["profiles"] == ["gpu"]
    assert service["environment"]["EVERYID_WORKER_QUEUES"] == "gpu"
    with_torch = {name for name, text in stages().items() if "requirements-models.lock" in text}
    assert {service["build"]["target"], "web-torch"} <= with_torch
    assert not {"web", "worker"} & with_torch


def test_the_entrypoint_can_be_run() -> None:
    entrypoint = ROOT / "docker/entrypoint"
    assert entrypoint.stat().st_mode & stat.S_IXUSR
    assert entrypoint.read_text().startswith("#!/bin/sh\n")


def test_every_service_is_built_from_a_stage_that_is_there() -> None:
    for name in ("web", "worker", "gpu-worker"):
        target = services()[name]["build"]["target"]
        assert re.sub(r"\$\{\w+:-([\w-]+)\}", r"\1", target) in stages()
    assert "web-torch" in stages()


def test_every_variable_is_a_setting() -> None:
    settings = {f"EVERYID_{name.upper()}" for name in Environment.model_fields}
    assert set(re.findall(r"EVERYID_[A-Z_]+", COMPOSE + DOCKERFILE)) <= settings | OF_COMPOSE
    for service in services().values():
        for name in service.get("environment", {}):
            assert name in settings or name.startswith("POSTGRES_")


def test_what_a_service_waits_for_tells_its_health() -> None:
    for service in services().values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"}
            assert "healthcheck" in services()[name]
