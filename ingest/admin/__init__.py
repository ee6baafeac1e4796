"""Footage in the admin: what came in, what every stage did, and trying again.

Facts that stages found are read-only here; what may be changed goes through the same services
as the pages.
"""

from __future__ import annotations

from django.contrib import admin

from ingest.admin.assets import AssetAdmin, StageRunAdmin
from ingest.admin.libraries import CameraAdmin, LibraryAdmin
from ingest.admin.logs import AuditEntryAdmin, UploadAdmin

admin.site.site_header = "EveryID"
admin.site.site_title = "EveryID admin"
admin.site.index_title = "Footage, stages and people"
admin.site.site_url = "/"

__all__ = [
    "AssetAdmin",
    "AuditEntryAdmin",
    "CameraAdmin",
    "LibraryAdmin",
    "StageRunAdmin",
    "UploadAdmin",
]
