"""What every operation is called, in groups, and what its docstring leaves unsaid.

``tests/site/test_reference.py`` holds this to the schema: an operation without words fails it, and
so do words without an operation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that belong together, and their names by operation id, in reading order."""

    slug: str
    title: str
    about: str
    names: dict[str, str]


GROUPS = (
    Group(
        "search",
        "Search",
        "Ask for moments in plain words, by a picture, or both; keep questions, and be told when "
        "new footage answers one.",
        {
            "search_retrieve": "Search for moments",
            "search_examples_create": "Search by a picture or a box",
            "search_checks_create": "Have keyframes looked at for words",
            "search_checks_retrieve": "Read what was seen in keyframes",
            "search_export": "Export the moments found",
            "saved_searches_list": "List saved searches",
            "saved_searches_create": "Save a search",
            "saved_searches_retrieve": "Read a saved search",
            "saved_searches_destroy": "Delete a saved search",
            "alerts_list": "List alerts",
            "alerts_create": "Make an alert",
            "alerts_retrieve": "Read an alert",
            "alerts_partial_update": "Change where an alert is told",
            "alerts_destroy": "Delete an alert",
            "alerts_hits_list": "List what an alert found",
            "alerts_seen": "Mark what an alert found as seen",
            "history_list": "List your past searches",
            "history_switch": "Switch your history on or off",
            "history_erase": "Erase your history",
        },
    ),
    Group(
        "libraries",
        "Libraries",
        "A library is footage with its members and cameras. Who is no member sees nothing of it.",
        {
            "libraries_list": "List libraries",
            "libraries_create": "Make a library",
            "libraries_retrieve": "Read a library",
            "library_uploads_list": "List uploads",
            "library_uploads_create": "Upload footage or subtitles",
            "library_members_list": "List members",
            "library_members_create": "Admit a member",
            "library_members_retrieve": "Read a member",
            "library_members_partial_update": "Change a member's role",
            "library_members_destroy": "Remove a member, or leave",
            "library_cameras_list": "List cameras",
            "library_cameras_create": "Add a camera",
            "cameras_retrieve": "Read a camera",
            "cameras_partial_update": "Change a camera",
            "cameras_destroy": "Remove a camera",
            "library_activity_list": "List what members changed",
        },
    ),
    Group(
        "assets",
        "Assets",
        "An asset is one media file. Its state, its tracks and what is said in it are here.",
        {
            "assets_list": "List assets",
            "assets_retrieve": "Read an asset",
            "assets_partial_update": "Say which camera recorded an asset",
            "assets_destroy": "Delete an asset",
            "assets_retry_create": "Index an asset again",
            "assets_cancel_create": "Stop indexing an asset",
            "assets_tracks_retrieve": "Read an asset's tracks",
            "asset_lines_list": "List what is said in an asset",
            "assets_log": "Export an asset's shot log",
        },
    ),
    Group(
        "people",
        "People",
        "An identity is one person across assets. Every correction is an edit that can be undone, "
        "and is never overwritten by indexing.",
        {
            "identities_list": "List people",
            "identities_retrieve": "Read a person",
            "identities_partial_update": "Rename, hide or show a person",
            "identities_merge_create": "Merge people",
            "identities_distinguish_create": "Say that people are not the same",
            "identities_split_create": "Split tracks off into a new person",
            "identities_assign_create": "Assign tracks to a person",
            "identities_unassign_create": "Take tracks away from a person",
            "identities_confirm_create": "Confirm a person",
            "identities_refuse_create": "Refuse look-alikes",
            "identities_cover_create": "Choose a person's picture",
            "identities_look_alikes_list": "List look-alikes",
            "libraries_review_retrieve": "Read what should be reviewed",
            "identity_edits_list": "List corrections",
            "identity_edits_retrieve": "Read a correction",
            "identity_edits_undo_create": "Undo a correction",
            "identity_edits_redo_create": "Redo a correction",
            "identity_comments_list": "List comments on a person",
            "identity_comments_create": "Comment on a person",
            "comments_update": "Change your comment",
            "comments_destroy": "Delete a comment",
            "libraries_company": "Read who is with whom",
            "libraries_passages": "Read how people pass between cameras",
            "identities_next_camera": "Read where a person is likely seen next",
            "cameras_next_camera": "Read where anybody is likely seen next",
        },
    ),
    Group(
        "bins",
        "Bins and exports",
        "Collect moments, sort and trim them, and take them into the edit as lists or as files.",
        {
            "bins_list": "List bins",
            "bins_create": "Make a bin",
            "bins_retrieve": "Read a bin",
            "bins_partial_update": "Change a bin",
            "bins_destroy": "Delete a bin",
            "bins_items_list": "List a bin's moments",
            "bins_items_create": "Add a moment to a bin",
            "bins_order": "Sort a bin",
            "bins_export": "Export a bin",
            "bin_items_partial_update": "Trim a moment or change its note",
            "bin_items_destroy": "Take a moment out of its bin",
            "bin_items_markers_create": "Add a marker",
            "bin_markers_destroy": "Remove a marker",
            "excerpts_list": "List orders of excerpts",
            "excerpts_create": "Have a bin cut into files",
            "excerpts_retrieve": "Read an order of excerpts",
            "excerpts_destroy": "Delete an order of excerpts",
            "excerpts_file": "Download an excerpt",
        },
    ),
    Group(
        "privacy",
        "Privacy and sharing",
        "The switch of recognition, erasure, reports, the audit log, and links for guests.",
        {
            "library_privacy_retrieve": "Read a library's privacy",
            "library_privacy_update": "Change a library's privacy",
            "library_audit_list": "List the audit log",
            "identity_report_retrieve": "Report all that is held about a person",
            "identity_erase": "Erase a person",
            "library_erase": "Erase a library",
            "library_shares_list": "List share links",
            "identity_shares_create": "Share a person",
            "library_shares_create": "Share moments",
            "shares_destroy": "Revoke a share link",
        },
    ),
    Group(
        "networks",
        "Networks",
        "What this installation sees with.",
        {"networks_list": "List the networks at work"},
    ),
)

DETAILS = {
    "alerts_list": "Your alerts, each by a search or by a point of an asset.",
    "alerts_retrieve": "One of your alerts.",
    "alerts_destroy": "Nothing is told any more, and what it found is forgotten.",
    "bin_items_destroy": "The footage stays. Owners and editors.",
    "bins_list": "The bins of your libraries, last changed first.",
    "bins_retrieve": "One bin; its moments are at `/api/bins/{id}/items`.",
    "bins_destroy": "The bin with its items and markers; the footage stays. Owners.",
    "bins_export": "As a file: EDL, ALE, FCPXML, OTIO, CSV, WebVTT or subtitles. EDL and ALE hold "
    "one frame rate; where a bin has several, `rate` chooses one.",
    "excerpts_list": "Your orders, the latest first. Files are kept for a week.",
    "excerpts_retrieve": "One order; `state` says how far it is, and each file's `is_cut` whether "
    "it can be fetched.",
    "excerpts_destroy": "The order and its files go now.",
    "identity_edits_retrieve": "One correction of a library of yours.",
    "saved_searches_list": "Your saved searches.",
    "saved_searches_retrieve": "One of your saved searches.",
    "saved_searches_destroy": "The search is forgotten; alerts made of it stay.",
    "search_export": "As a file, the best 1,000 moments. All parameters of `/api/search` count.",
    "search_examples_create": "Send a picture (multipart, with `person` to find who it shows), or "
    "name a box on a keyframe, in parts of its width and height. The answer's `like` goes to "
    "`/api/search?like=…` for an hour.",
}
"""Descriptions where the view's own docstring speaks of more than the one operation."""

PATH_PARAMETERS = {
    "id": "Its id.",
    "slug": "The library's slug.",
    "name": "The format: `edl`, `ale`, `fcpxml`, `otio`, `csv`, `vtt` or `said` (subtitles).",
}
QUERY_PARAMETERS = {"status": "What state indexing is in; `working`: pending or processing."}
