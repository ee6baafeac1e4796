"""A stage that takes as long as networks do, and leaves a file per shot."""

from __future__ import annotations

import time

from ingest.models import Keyframe
from ingest.pipeline_types import Stage, StageContext


def run(context: StageContext) -> None:
    """Work for a while; give every keyframe another picture of its own."""
    keyframes = list(context.asset.keyframes.order_by("pk"))
    for number, keyframe in enumerate(keyframes):
        (context.output_dir / f"{keyframe.pts}.txt").write_text("seen")
        time.sleep(0.4)
        context.progress(number / len(keyframes))
    with context.commit() as summary:
        files = sorted(context.output_dir.glob("*.txt"))
        summary["keys"] = [context.key_of(file) for file in files]
        summary["keyframes"] = Keyframe.objects.filter(asset=context.asset).count()


STAGE = Stage(name=__name__, version=1, queue="gpu", configuration=dict, run=run)
