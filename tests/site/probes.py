"""Who gets what at every address of the site (see ``test_access``)."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site import people_probes, search_probes
from tests.site.asked import (
    API_EDITORS,
    API_EDITORS_DELETE,
    API_EDITORS_START,
    API_MEMBERS,
    API_OWNERS,
    API_SIGNED_IN,
    EDITORS_DO,
    EDITORS_SEE,
    MEMBERS,
    MEMBERS_DO,
    MEMBERS_GO,
    MEMBERS_HTMX,
    OPEN,
    OWNERS_DO,
    OWNERS_SEE,
    SIGNED_IN,
    Probe,
    World,
    expect,
    of_asset,
    of_camera,
    of_comment,
    of_identity,
    of_library_camera,
    of_library_member,
    of_slug,
    post,
)

HTMX = {"HX-Request": "true"}


def _moment(world: World) -> str:
    return f"{world.asset.pk}:0:25"


def _upload(_: World) -> dict[str, Any]:
    return {"footage": SimpleUploadedFile("a.mp4", b"no film"), "file": _file()}


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("b.mp4", b"no film either")


TABLE: dict[str, list[Probe]] = {
    "search:home": [Probe(SIGNED_IN), Probe(SIGNED_IN, query="?q=red+coat")],
    "search:results": [Probe(SIGNED_IN, query="?q=red+coat")],
    "search:progress": [Probe(expect(302, 286, 286, 286, 286))],
    "ingest:libraries": [Probe(SIGNED_IN)],
    "ingest:library-create": [
        Probe(SIGNED_IN),
        post(expect(302, 302, 302, 302, 302), name="Another"),
    ],
    "ingest:library": [Probe(MEMBERS, of_slug)],
    "ingest:upload": [Probe(EDITORS_SEE, of_slug), Probe(EDITORS_SEE, of_slug, "post", _upload)],
    "ingest:member-add": [post(OWNERS_DO, of_slug, username="stranger", role="viewer")],
    "ingest:member-change": [
        post(OWNERS_DO, of_library_member, role="remove"),
    ],
    "ingest:camera-add": [post(EDITORS_DO, of_slug, name="Roof")],
    "ingest:camera-change": [
        Probe(EDITORS_SEE, of_library_camera),
        post(EDITORS_DO, of_library_camera, name="Gate 2"),
        post(EDITORS_DO, of_library_camera, remove="1"),
    ],
    "ingest:asset": [Probe(MEMBERS, of_asset), Probe(MEMBERS, of_asset, query="?t=1.5")],
    "ingest:asset-status": [
        Probe(MEMBERS_GO, of_asset),
        Probe(expect(204, 404, 286, 286, 286), of_asset, headers=HTMX),
    ],
    "ingest:asset-camera": [post(EDITORS_DO, of_asset, camera="")],
    "ingest:asset-delete": [Probe(EDITORS_SEE, of_asset), post(EDITORS_DO, of_asset)],
    "ingest:asset-retry": [post(EDITORS_DO, of_asset)],
    "ingest:asset-cancel": [post(EDITORS_DO, of_asset)],
    "ingest:proxy": [Probe(MEMBERS, of_asset)],
    "ingest:poster": [Probe(MEMBERS, of_asset)],
    "ingest:sprite": [Probe(MEMBERS, of_asset)],
    "ingest:keyframe": [Probe(MEMBERS, lambda w: {"pk": w.keyframe.pk})],
    "recognition:people": [
        Probe(SIGNED_IN),
    ],
    "recognition:identity": [Probe(MEMBERS, of_identity)],
    "recognition:rename": [post(EDITORS_DO, of_identity, name="Ada")],
    "recognition:hide": [post(EDITORS_DO, of_identity)],
    "recognition:show": [post(EDITORS_DO, of_identity)],
    "recognition:cover": [
        Probe(EDITORS_DO, of_identity, "post", lambda w: {"crop": w.crop.pk}),
    ],
    "recognition:crop": [Probe(MEMBERS, lambda w: {"pk": w.crop.pk})],
    "recognition:asset-panel": [
        Probe(MEMBERS, of_asset),
        Probe(expect(204, 404, 200, 200, 200), of_asset, headers=HTMX),
    ],
    "recognition:asset-tracks": [Probe(MEMBERS, of_asset)],
    "ingest:audit": [Probe(OWNERS_SEE, of_slug), Probe(OWNERS_SEE, of_slug, query="?verb=named")],
    "ingest:audit-csv": [Probe(OWNERS_SEE, of_slug)],
    "ingest:activity": [Probe(MEMBERS, of_slug), Probe(MEMBERS_HTMX, of_slug, headers=HTMX)],
    "ingest:leave": [post(MEMBERS_DO, of_slug)],
    "ingest:changes": [Probe(SIGNED_IN)],
    "recognition:comments": [
        Probe(MEMBERS, of_identity),
        post(MEMBERS_DO, of_identity, text="Yes."),
    ],
    "recognition:comment-change": [
        post(OWNERS_DO, lambda w: {"pk": w.comment.pk}, text="No."),
        post(OWNERS_DO, lambda w: {"pk": w.comment.pk}, delete="1"),
    ],
    "recognition:report": [Probe(OWNERS_SEE, of_identity)],
    "recognition:report-json": [Probe(OWNERS_SEE, of_identity)],
    "recognition:identity-erase": [
        Probe(OWNERS_SEE, of_identity),
        Probe(OWNERS_DO, of_identity, "post", lambda w: {"typed": w.identity.display_name}),
    ],
    "recognition:share-identity": [
        Probe(EDITORS_SEE, of_identity),
        post(EDITORS_SEE, of_identity, title="Look", days="1"),
    ],
    "recognition:share-moments": [
        Probe(expect(302, 404, 404, 404, 404)),
        Probe(
            EDITORS_SEE, method="post", data=lambda w: {"m": _moment(w), "title": "L", "days": 1}
        ),
    ],
    "recognition:share-revoke": [post(OWNERS_DO, lambda w: {"pk": w.link.pk})],
    "recognition:shares": [Probe(EDITORS_SEE, of_slug)],
    "recognition:privacy": [Probe(MEMBERS, of_slug)],
    "recognition:switch": [post(OWNERS_DO, of_slug, reason="Asked to.")],
    "recognition:retention": [post(OWNERS_DO, of_slug, days="")],
    "recognition:library-erase": [
        Probe(OWNERS_SEE, of_slug),
        post(OWNERS_DO, of_slug, typed="Harbour"),
    ],
    "recognition:guest": [
        Probe(OPEN, lambda w: {"token": w.token}),
        Probe(expect(404, 404, 404, 404, 404), lambda _: {"token": "guessed"}),
    ],
    "recognition:guest-media": [
        Probe(expect(404, 404, 404, 404, 404), lambda _: {"signed": "guessed:1:2"})
    ],
    "api-identity-report": [Probe(API_OWNERS, of_identity)],
    "api-identity-erase": [
        Probe(API_OWNERS, of_identity, "post", lambda w: {"typed": w.identity.display_name})
    ],
    "api-identity-comments": [
        Probe(API_MEMBERS, of_identity),
        post(expect(401, 404, 201, 201, 201), of_identity, text="Yes."),
    ],
    "api-identity-shares": [post(expect(401, 404, 403, 201, 201), of_identity, title="Look")],
    "api-comment": [
        Probe(API_OWNERS, of_comment, "patch", lambda _: {"text": "No."}, json=True),
        Probe(expect(401, 404, 403, 403, 204), of_comment, "delete"),
    ],
    "api-share": [Probe(expect(401, 404, 403, 403, 204), lambda w: {"pk": w.link.pk}, "delete")],
    "api-library-privacy": [
        Probe(API_MEMBERS, of_slug),
        Probe(API_OWNERS, of_slug, "patch", lambda _: {"retention_days": 30}, json=True),
    ],
    "api-library-erase": [post(expect(401, 404, 403, 403, 204), of_slug, typed="Harbour")],
    "api-library-audit": [Probe(API_OWNERS, of_slug)],
    "api-library-activity": [Probe(API_MEMBERS, of_slug)],
    "api-library-shares": [
        Probe(API_EDITORS, of_slug),
        Probe(
            expect(401, 404, 403, 201, 201),
            of_slug,
            "post",
            lambda w: {
                "title": "Look",
                "moments": [{"asset": w.asset.pk, "start_pts": 0, "end_pts": 25}],
            },
            json=True,
        ),
    ],
    "api-search": [Probe(API_SIGNED_IN, query="?q=red+coat")],
    "api-asset-lines": [Probe(API_MEMBERS, of_asset)],
    "api-library-list": [
        Probe(API_SIGNED_IN),
        post(expect(401, 201, 201, 201, 201), name="Another"),
    ],
    "api-library-detail": [Probe(API_MEMBERS, of_slug)],
    "api-library-cameras": [
        Probe(API_MEMBERS, of_slug),
        post(expect(401, 404, 403, 201, 201), of_slug, name="Roof"),
    ],
    "api-library-members": [
        Probe(API_MEMBERS, of_slug),
        post(expect(401, 404, 403, 403, 201), of_slug, username="stranger", role="viewer"),
    ],
    "api-library-member": [
        Probe(API_MEMBERS, of_library_member),
        Probe(API_OWNERS, of_library_member, "patch", lambda _: {"role": "editor"}, json=True),
        # The member is the viewer: whoever it is may leave.
        Probe(expect(401, 404, 204, 403, 204), of_library_member, "delete"),
    ],
    "api-library-uploads": [
        Probe(API_MEMBERS, of_slug),
        Probe(expect(401, 404, 403, 422, 422), of_slug, "post", _upload),
    ],
    "api-camera-detail": [
        Probe(API_MEMBERS, of_camera),
        Probe(API_EDITORS, of_camera, "patch", lambda _: {"place": "Roof"}, json=True),
        Probe(API_EDITORS_DELETE, of_camera, "delete"),
    ],
    "api-asset-list": [Probe(API_SIGNED_IN)],
    "api-asset-detail": [
        Probe(API_MEMBERS, of_asset),
        Probe(API_EDITORS, of_asset, "patch", lambda _: {"camera": None}, json=True),
        Probe(API_EDITORS_DELETE, of_asset, "delete"),
    ],
    "api-asset-retry": [Probe(API_EDITORS_START, of_asset, "post")],
    "api-asset-cancel": [Probe(API_EDITORS_START, of_asset, "post")],
    "api-asset-tracks": [Probe(API_MEMBERS, of_asset)],
    "api-identity-list": [Probe(API_SIGNED_IN)],
    "api-identity-detail": [
        Probe(API_MEMBERS, of_identity),
        Probe(API_EDITORS, of_identity, "patch", lambda _: {"name": "Ada"}, json=True),
    ],
    "recognition:company": [
        Probe(SIGNED_IN),
        Probe(MEMBERS, query="?library=harbour"),
    ],
    "recognition:passages": [
        Probe(SIGNED_IN),
        Probe(MEMBERS, query="?library=harbour"),
    ],
    "recognition:next-camera": [Probe(MEMBERS, of_identity)],
    "api-company": [Probe(API_MEMBERS, of_slug)],
    "api-passages": [Probe(API_MEMBERS, of_slug)],
    "api-camera-next": [Probe(API_MEMBERS, of_camera)],
    "api-identity-next": [Probe(API_MEMBERS, of_identity)],
    "api-networks": [Probe(API_SIGNED_IN)],
    "api-schema": [Probe(OPEN)],
    "api-reference": [Probe(SIGNED_IN)],
    "api-group": [Probe(SIGNED_IN, lambda w: {"group": "search"})],
    "health": [Probe(OPEN)],
    "login": [Probe(OPEN)],
    "password": [Probe(SIGNED_IN)],
    "logout": [post(expect(302, 302, 302, 302, 302))],
    **people_probes.TABLE,
    **search_probes.TABLE,
}
