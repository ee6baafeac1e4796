"""What a stage is. Stages of every room meet the pipeline through these values.

A stage is a module named in ``settings.PIPELINE`` with one public object ``STAGE``::

    STAGE = Stage(name="ingest.stages.probe", version=1, queue="media", configuration=…, run=…)

``run(context)`` reads what it needs, does the slow work without a transaction, and writes all of
its results inside **one** ``with context.commit() as summary:`` block. That block is a
transaction which first checks that the run is still claimed by this worker (else it raises
``ClaimLost`` and nothing is written) and ends by marking the run done; so a stage's effect
happens exactly once, whatever dies when. Inside the block a stage first deletes what an earlier
run of the same stage left for this asset, then writes anew, keeping human decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.media.onlooking import Onlooker

if TYPE_CHECKING:
    from ingest.models import Asset


class StageContext(Protocol):
    """What a running stage may use."""

    asset: Asset

    @property
    def source_path(self) -> Path:
        """The asset's media file; raises NotAFile with a sentence if it has gone."""
        ...

    @property
    def output_dir(self) -> Path:
        """A folder of this attempt alone, under MEDIA_ROOT/derived. Kept when the stage commits,
        removed when it fails; folders of superseded runs are removed after commit."""
        ...

    @property
    def record_path(self) -> Path:
        """Where this stage's onlooker left what it saw, if there was one; removed when the stage
        has committed."""
        ...

    def onlooker(self) -> Onlooker | None:
        """For a stage that decodes every frame: who of a later stage looks on, if anybody does."""
        ...

    def key_of(self, path: Path) -> str:
        """The key (path relative to MEDIA_ROOT/derived) by which rows refer to a file."""
        ...

    def progress(self, fraction: float) -> None:
        """Report 0–1; cheap to call often; raises ClaimLost if the run was cancelled or taken."""
        ...

    def commit(self) -> AbstractContextManager[dict[str, Any]]:
        """The transaction in which results are written; fill the dict with counts."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the pipeline.

    ``version`` is raised whenever the code would give another result; ``configuration`` returns
    JSON-able values that the result depends on (thresholds, weights' fingerprints); ``queue`` is
    ``media`` or ``gpu``, or a function that says which as networks are now.
    ``tells_people_apart``: the result depends on whether the asset's library recognises people, so
    that switching re-does the stage and those after it.
    ``onlooker``: makes somebody who looks on while an earlier stage of the same queue decodes, and
    leaves a record of what was seen at a path, for this stage to go by (ADR 17). It is given the
    asset, a folder to work in, and that path, and does nothing slow before it is shown a frame.
    """

    name: str
    version: int
    queue: str | Callable[[], str]
    configuration: Callable[[], dict[str, Any]]
    run: Callable[[StageContext], None]
    tells_people_apart: bool = False
    onlooker: Callable[[Asset, Path, Path], Onlooker] | None = None

    def queue_now(self) -> str:
        """The queue for a run that is published now."""
        return self.queue if isinstance(self.queue, str) else self.queue()
