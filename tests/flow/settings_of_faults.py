"""The product's settings with a path that needs no networks, for the tests that kill."""

from everyid_site.settings import *  # noqa: F403

PIPELINE = (  # type: ignore[assignment]
    "ingest.stages.probe",
    "ingest.stages.shots",
    "tests.flow.slow_stage",
    "ingest.stages.lines",
)
