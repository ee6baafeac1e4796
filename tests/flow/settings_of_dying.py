"""The product's settings with a stage of tracks that dies once."""

from everyid_site.settings import *  # noqa: F403

PIPELINE = ("ingest.stages.probe", "ingest.stages.shots", "tests.flow.dying_tracks")  # type: ignore[assignment]
