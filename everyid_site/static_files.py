"""Static files under names that hold a digest of what is in them, so that browsers keep them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Scripts, too, import one another by such names.

    Django leaves ``import … from "./graph_svg.js"`` as it is unless asked: a new script would
    import the old one from the browser's cache for as long as that holds. Asked in full, it would
    also read the scripts of packages, one of which imports a file that it does not have.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
