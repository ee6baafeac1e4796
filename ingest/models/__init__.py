"""The nouns of footage."""

from ingest.models.api_token import ApiToken
from ingest.models.asset import Asset
from ingest.models.audit import AuditEntry
from ingest.models.camera import Camera
from ingest.models.forgotten import ForgottenName
from ingest.models.library import Library, Membership, Role
from ingest.models.line import Line
from ingest.models.rate import RateCount
from ingest.models.shot import Keyframe, Shot
from ingest.models.stage_run import StageRun
from ingest.models.upload import Upload
from ingest.models.worker import Worker

__all__ = [
    "ApiToken",
    "Asset",
    "AuditEntry",
    "Camera",
    "ForgottenName",
    "Keyframe",
    "Library",
    "Line",
    "Membership",
    "RateCount",
    "Role",
    "Shot",
    "StageRun",
    "Upload",
    "Worker",
]
