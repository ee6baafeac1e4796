"""The pipeline: which stages there are, what is to be done, and doing it exactly once.

The database is the truth and the broker a hint (ADR 1). A ``StageRun`` row says what is to be
done; a message only says "look at this row". A worker claims the row, keeps a heartbeat and a
lock that vanishes with its process, and writes results in one transaction that first checks that
the claim is still its own. So messages may be lost or doubled and anything may die at any time.

- ``path``        loads ``settings.PIPELINE`` and digests fingerprints
- ``planning``    what is to be done for an asset; the only place that changes ``Asset.status``
- ``claims``      takes a run, gives it back, finds runs whose worker has died
- ``heartbeat``   the thread that proves that a worker is alive
- ``context``     what a running stage may use; ``commit`` is there
- ``runner``      runs one stage, or all stages of an asset
- ``publishing``  tells the broker
- ``housekeeping`` puts dead and forgotten runs back into the queue
- ``inline``      runs the pipeline without a worker, in a child process
"""

from ingest.pipeline.housekeeping import has_live_worker, requeue_dead
from ingest.pipeline.path import stages
from ingest.pipeline.planning import plan
from ingest.pipeline.publishing import cancel, enqueue, retry
from ingest.pipeline.runner import Outcome, run_asset, run_stage

__all__ = [
    "Outcome",
    "cancel",
    "enqueue",
    "has_live_worker",
    "plan",
    "requeue_dead",
    "retry",
    "run_asset",
    "run_stage",
    "stages",
]
