"""Stages made on the spot, whose versions, effects and errors a test decides."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from ingest.pipeline import path
from ingest.pipeline_types import Stage, StageContext

Do = Callable[[StageContext], None]


@dataclass
class MadeStage:
    """One stage: ``runs`` are the ids of the assets it committed, in order."""

    stage: Stage
    module: ModuleType
    configuration: dict[str, Any] = field(default_factory=dict)
    runs: list[int] = field(default_factory=list)
    before: list[Do] = field(default_factory=list)

    def run(self, context: StageContext) -> None:
        """Do what the test asked for next, write one file, commit."""
        if self.before:
            self.before.pop(0)(context)
        (context.output_dir / "made.txt").write_text(self.stage.name)
        context.progress(1.0)
        with context.commit() as summary:
            summary["key"] = context.key_of(context.output_dir / "made.txt")
        self.runs.append(context.asset.pk)

    def raise_version(self) -> None:
        """As a programmer would."""
        self.stage = replace(self.stage, version=self.stage.version + 1)
        self.module.STAGE = self.stage  # type: ignore[attr-defined]
        path._load.cache_clear()


def make_stage(name: str, queue: str = "media") -> MadeStage:
    """A stage in a module of its own, to be named in settings.PIPELINE."""
    module = ModuleType(name)
    made = MadeStage(Stage(name, 1, queue, dict, lambda context: None), module)
    made.stage = Stage(name, 1, queue, lambda: made.configuration, made.run)
    module.STAGE = made.stage  # type: ignore[attr-defined]
    sys.modules[name] = module
    return made


@contextmanager
def made_path(settings: Any, *names: str) -> Iterator[list[MadeStage]]:
    """``settings.PIPELINE`` of stages with these names."""
    made = [make_stage(name) for name in names]
    settings.PIPELINE = names
    path._load.cache_clear()
    yield made
    path._load.cache_clear()
    for name in names:
        del sys.modules[name]
