"""Who gets what at the addresses of bins, exports and what one keeps (see ``test_access``)."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from search.models import Check
from tests.site.asked import (
    API_EDITORS,
    API_EDITORS_DELETE,
    API_MEMBERS,
    API_SIGNED_IN,
    EDITORS_DO,
    MEMBERS,
    MEMBERS_DO,
    OWNERS_DO,
    OWNERS_SEE,
    SIGNED_IN,
    Probe,
    World,
    expect,
    of_asset,
    post,
)

OWN_SEE = expect(302, 404, 404, 404, 200)
OWN_DO = expect(302, 404, 404, 404, 302)
"""What is the owner's own: not even another member may."""
SIGNED_IN_DO = expect(302, 302, 302, 302, 302)
API_EDITORS_MAKE = expect(401, 404, 403, 201, 201)
API_OWN = expect(401, 404, 404, 404, 200)
API_OWN_DELETE = expect(401, 404, 404, 404, 204)
API_MAKE = expect(401, 201, 201, 201, 201)
ADD = expect(302, 422, 403, 302, 302)
"""A moment of footage that is not one's own is as one that is not there: nothing was chosen."""
WHOLE = {"left": 0, "top": 0, "right": 1, "bottom": 1}


def _bin(world: World) -> dict[str, Any]:
    return {"pk": world.bin.pk}


def _item(world: World) -> dict[str, Any]:
    return {"pk": world.item.pk}


def _order(world: World) -> dict[str, Any]:
    return {"pk": world.order.pk}


def _frame(world: World) -> dict[str, Any]:
    return {"pk": world.keyframe.pk}


def _alert(world: World) -> dict[str, Any]:
    return {"pk": world.alert.pk}


def _look_for(world: World) -> dict[str, Any]:
    return {"keyframe": world.keyframe.pk, "words": "ladder"}


def _look_by_api(world: World) -> dict[str, Any]:
    return {"keyframes": [world.keyframe.pk], "words": "ladder"}


def _check(world: World) -> dict[str, Any]:
    made, _ = Check.objects.get_or_create(
        keyframe=world.keyframe,
        words="ladder",
        words_sha256="0",
        network="looker",
        fingerprint="looker-1",
        defaults={"state": Check.State.DONE, "asked_at": timezone.now()},
    )
    return {"pk": made.pk}


def _bin_csv(world: World) -> dict[str, Any]:
    return {"pk": world.bin.pk, "name": "csv"}


def _asset_csv(world: World) -> dict[str, Any]:
    return {"pk": world.asset.pk, "name": "csv"}


def _csv(_: World) -> dict[str, Any]:
    return {"name": "csv"}


def _picture(_: World) -> dict[str, Any]:
    written = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(written, "PNG")
    return {"picture": SimpleUploadedFile("a.png", written.getvalue())}


def _moment(world: World) -> dict[str, Any]:
    return {"asset": world.asset.pk, "start_pts": 5, "end_pts": 25}


TABLE: dict[str, list[Probe]] = {
    "search:bins": [Probe(SIGNED_IN)],
    "search:bin-create": [post(EDITORS_DO, library="harbour", name="Another")],
    "search:bin-add": [
        Probe(
            ADD,
            method="post",
            data=lambda w: {"moment": f"{w.asset.pk}:5:25", "bin": w.bin.pk},
        ),
        Probe(ADD, method="post", data=lambda w: {"moment": f"{w.asset.pk}:5:25"}),
    ],
    "search:bin": [Probe(MEMBERS, _bin)],
    "search:bin-change": [post(EDITORS_DO, _bin, name="Renamed")],
    "search:bin-delete": [Probe(OWNERS_SEE, _bin), post(OWNERS_DO, _bin)],
    "search:bin-sort": [Probe(EDITORS_DO, _bin, "post", lambda w: {"order": str(w.item.pk)})],
    "search:item-change": [
        post(EDITORS_DO, _item, note="Look."),
        post(EDITORS_DO, _item, move="up"),
        post(EDITORS_DO, _item, remove="1"),
    ],
    "search:marker-add": [post(EDITORS_DO, _item, colour="red")],
    "search:marker-remove": [post(EDITORS_DO, lambda w: {"pk": w.marker.pk})],
    "search:asset-bins": [
        Probe(MEMBERS, of_asset),
        Probe(expect(204, 404, 200, 200, 200), of_asset, headers={"HX-Request": "true"}),
    ],
    "search:export-bin": [Probe(MEMBERS, _bin_csv)],
    "search:export-log": [Probe(MEMBERS, _asset_csv)],
    "search:export-search": [Probe(expect(302, 422, 200, 200, 200), _csv)],
    "search:excerpts-order": [post(MEMBERS_DO, _bin)],
    "search:excerpts": [Probe(OWN_SEE, _order)],
    "search:excerpts-delete": [post(OWN_DO, _order)],
    "search:excerpts-zip": [Probe(OWN_SEE, _order)],
    "search:excerpt-file": [Probe(OWN_SEE, lambda w: {"pk": w.excerpt.pk})],
    "search:saved": [Probe(SIGNED_IN)],
    "search:search-save": [post(SIGNED_IN_DO, address="?q=blue", text="blue", name="Blue")],
    "search:history": [post(SIGNED_IN_DO, erase="1"), post(SIGNED_IN_DO, keeps="0")],
    "search:saved-delete": [post(OWN_DO, lambda w: {"pk": w.saved.pk})],
    "search:alert-change": [
        post(OWN_DO, lambda w: {"pk": w.alert.pk}),
        post(OWN_DO, lambda w: {"pk": w.alert.pk}, webhook="https://a.example/hook"),
        post(OWN_DO, lambda w: {"pk": w.alert.pk}, delete="1"),
    ],
    "search:alert-by-example": [post(MEMBERS_DO, of_asset)],
    "search:example-send": [Probe(SIGNED_IN_DO, method="post", data=_picture)],
    "search:example-box": [Probe(MEMBERS, _frame), post(MEMBERS_DO, _frame, **WHOLE)],
    # No network that reads words is at work in this table: members are told so (422).
    "search:check-moments": [
        Probe(expect(302, 404, 422, 422, 422), method="post", data=_look_for),
    ],
    "search:check": [Probe(MEMBERS, _check)],
    "api-search-checks": [
        Probe(expect(401, 404, 422, 422, 422), method="post", data=_look_by_api, json=True),
        Probe(expect(401, 200, 200, 200, 200), query="?words=ladder"),
    ],
    "api-bin-list": [
        Probe(API_SIGNED_IN),
        post(API_EDITORS_MAKE, library="harbour", name="Another"),
    ],
    "api-bin-detail": [
        Probe(API_MEMBERS, _bin),
        Probe(API_EDITORS, _bin, "patch", lambda _: {"note": "Look."}, json=True),
        Probe(expect(401, 404, 403, 403, 204), _bin, "delete"),
    ],
    "api-bin-items": [
        Probe(API_MEMBERS, _bin),
        Probe(API_EDITORS_MAKE, _bin, "post", _moment, json=True),
    ],
    "api-bin-order": [
        Probe(API_EDITORS, _bin, "post", lambda w: {"order": [w.item.pk]}, json=True),
    ],
    "api-bin-item-detail": [
        Probe(API_EDITORS, _item, "patch", lambda _: {"note": "Look."}, json=True),
        Probe(API_EDITORS_DELETE, _item, "delete"),
    ],
    "api-bin-item-markers": [post(API_EDITORS_MAKE, _item, pts=5, colour="red")],
    "api-bin-export": [Probe(API_MEMBERS, _bin_csv)],
    "api-asset-log": [Probe(API_MEMBERS, _asset_csv)],
    "api-search-export": [Probe(expect(401, 422, 200, 200, 200), _csv)],
    "api-bin-marker": [Probe(API_EDITORS_DELETE, lambda w: {"pk": w.marker.pk}, "delete")],
    "api-saved-search-list": [
        Probe(API_SIGNED_IN),
        post(API_MAKE, name="Blue", address="?q=blue"),
    ],
    "api-saved-search-detail": [
        Probe(API_OWN, lambda w: {"pk": w.saved.pk}),
        Probe(API_OWN_DELETE, lambda w: {"pk": w.saved.pk}, "delete"),
    ],
    "api-alert-list": [
        Probe(API_SIGNED_IN),
        Probe(expect(401, 404, 201, 201, 201), method="post", data=lambda w: {"asset": w.asset.pk}),
    ],
    "api-alert-detail": [
        Probe(API_OWN, _alert),
        Probe(API_OWN, _alert, "patch", lambda _: {"webhook": "https://a.example/"}, json=True),
        Probe(API_OWN_DELETE, _alert, "delete"),
    ],
    "api-alert-seen": [post(API_OWN_DELETE, _alert)],
    "api-alert-hits": [Probe(API_OWN, _alert)],
    "api-history": [
        Probe(API_SIGNED_IN),
        Probe(API_SIGNED_IN, method="patch", data=lambda _: {"keeps_history": False}, json=True),
        Probe(expect(401, 204, 204, 204, 204), method="delete"),
    ],
    "api-excerpt-list": [
        Probe(API_SIGNED_IN),
        Probe(expect(401, 404, 201, 201, 201), method="post", data=lambda w: {"bin": w.bin.pk}),
    ],
    "api-excerpt-detail": [
        Probe(API_OWN, _order),
        Probe(API_OWN_DELETE, _order, "delete"),
    ],
    "api-excerpt-file": [Probe(API_OWN, lambda w: {"pk": w.excerpt.pk})],
    "api-search-examples": [
        Probe(expect(401, 201, 201, 201, 201), method="post", data=_picture),
        Probe(
            expect(401, 404, 201, 201, 201),
            method="post",
            data=lambda w: {"keyframe": w.keyframe.pk, **WHOLE},
        ),
    ],
}
