"""Alerts: new footage is asked what someone wants to know, by structure or by example.

Similarities between texts and pictures have no stable threshold (Frigate refuses text triggers for
it), so a question rings only where structure speaks for each of its parts: a person who is known,
clothes that were read, a thing that was detected, a scene, words. A part that only likeness could
judge is refused when the alert is made. An example rings by rank alone: the new picture and the
example are each among the nearest neighbours of the other in the library (k-reciprocal nearest
neighbours; Zhong et al., CVPR 2017), which needs no threshold either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from pgvector.django import MaxInnerProduct

from ingest.models import Asset, Keyframe
from ingest.selectors import assets_for
from ingest.services.names import clean_text
from recognition.models import Attribute, Encoder, KeyframeEmbedding, Track
from search.errors import BadAlert
from search.finder import FoundMoment, SearchResult, find
from search.forms import read_address
from search.models import Alert, AlertHit, AlertLook
from search.query.parsing import Kind, Part
from search.query.types import THING_OF, Want
from search.ranking.matching import THING_COLOUR, asked_readings, colours_of_thing
from search.ranking.scores import Band
from search.retrieval.words import joint_space
from search.services.notices import note_hits

AT_ONCE = 20
"""Assets per alert and round, so that one round of many alerts stays short. By judgement."""
MOST_HITS = 20
MOST_ALERTS = 50
NEIGHBOURS, SHARE = 10, 100
"""k of the k-reciprocal test: one in a hundred pictures, ten at most, one at least. By judgement:
a hundredth of a library is what someone would still look through."""

READ_FROM = 0.5
"""A reading that is likelier right than wrong; its confidences are calibrated (docs/models.md)."""

_BY_SCOPE = (Kind.CAMERA, Kind.LIBRARY, Kind.WHEN, Kind.LENGTH, Kind.ORDER)
"""Parts that the search itself holds to, so that whatever it finds answers them."""

_LIKENESS = "likeness"


@transaction.atomic
def create_query_alert(*, user: AbstractBaseUser, name: str, address: str) -> Alert:
    """Ring when new footage answers a search. Raises BadAlert where structure cannot say."""
    asked = read_address(_lists(address))
    if asked.filters.like:
        raise BadAlert("A picture cannot ring by likeness: use “Alert me” beside the player.")
    _make_room(user)
    result = find(asked.text, user=user, filters=asked.filters, limit=1)
    vague = [part.text for part in result.parsed.understood if part.kind is Kind.FREE]
    if vague:
        raise BadAlert(
            f"“{', '.join(vague)}” can only be compared by likeness, which cannot tell yes from "
            "no: ask for people, clothes, things, places or a name, or use a picture as example."
        )
    if result.parsed.is_empty and asked.filters.is_empty:
        raise BadAlert("This asks for nothing in particular: search first, then make the alert.")
    title = clean_text(name or asked.text, limit=120) or "Alert"
    return Alert.objects.create(user_id=user.pk, name=title, address=address[:4000])


@transaction.atomic
def create_example_alert(*, user: AbstractBaseUser, name: str, asset: Asset, pts: int) -> Alert:
    """Ring when new footage has a picture like this one."""
    _make_room(user)
    title = clean_text(name or f"Like {asset.name}", limit=120)
    return Alert.objects.create(user_id=user.pk, name=title, example=asset, example_pts=pts)


@transaction.atomic
def delete_alert(*, alert: Alert) -> None:
    """Delete an alert with what it found."""
    alert.delete()


def mark_seen(*, alert: Alert) -> None:
    """What was found has been looked at."""
    alert.hits.filter(is_seen=False).update(is_seen=True)


def look_at_new_footage() -> int:
    """Ask every alert of each asset that became ready since; how many hits are new.

    An asset that is indexed anew is looked at again; what was found stays found once.
    """
    found = 0
    for alert in Alert.objects.select_related("user", "example__library"):
        looked = AlertLook.objects.filter(
            alert=alert, asset=OuterRef("pk"), ready_at=OuterRef("ready_at")
        )
        ready = assets_for(alert.user).filter(
            status=Asset.Status.READY, ready_at__gte=alert.created_at
        )
        for asset in ready.filter(~Exists(looked)).order_by("ready_at")[:AT_ONCE]:
            found += _look(alert, asset)
    return found


def _look(alert: Alert, asset: Asset) -> int:
    assert asset.ready_at is not None  # that is how it was chosen
    hits = _by_example(alert, asset) if alert.example else _by_query(alert, asset)
    with transaction.atomic():
        last = alert.hits.order_by("-pk").values_list("pk", flat=True).first() or 0
        AlertHit.objects.bulk_create(hits, ignore_conflicts=True)
        new = list(alert.hits.filter(pk__gt=last))
        note_hits(alert, new)
        AlertLook.objects.update_or_create(
            alert=alert, asset=asset, defaults={"ready_at": asset.ready_at}
        )
        return len(new)


def _by_query(alert: Alert, asset: Asset) -> list[AlertHit]:
    asked = read_address(_lists(alert.address))
    filters = replace(asked.filters, asset=(asset.pk,))
    result = find(asked.text, user=alert.user, filters=filters, limit=MOST_HITS, is_exhaustive=True)
    return [
        AlertHit(
            alert=alert,
            asset=asset,
            start_pts=found.moment.start_pts,
            end_pts=found.moment.end_pts,
            why=_said(found),
        )
        for found in result.moments
        if is_certain(result, found)
    ]


def is_certain(result: SearchResult, found: FoundMoment) -> bool:
    """Whether structure, not likeness, speaks for every part of the question."""
    spoken = {
        why.part
        for why in found.why
        if why.reason.source != _LIKENESS and why.band is not Band.WEAK
    }
    unchecked = set(result.unchecked)
    for index, part in enumerate(result.parsed.parts):
        if part.kind is Kind.LINK or part.kind in _BY_SCOPE:
            continue
        if part in unchecked or part.kind is Kind.FREE:
            return False
        if not part.negated and index not in spoken:
            return False
        if part.wants and not part.negated and not _is_read(found, part):
            return False
    return True


def _is_read(found: FoundMoment, part: Part) -> bool:
    """Whether one person of the moment was read as all that is wanted, and as nothing unwanted."""
    moment = found.moment
    tracks = Track.objects.filter(
        asset=moment.asset_id, start_pts__lt=moment.end_pts, end_pts__gt=moment.start_pts
    )
    if moment.track_ids:
        tracks = tracks.filter(pk__in=moment.track_ids)
    for want in part.wants:
        if want.topic == THING_OF:
            tracks = tracks.filter(~_has_thing(want) if want.negated else _has_thing(want))
            continue
        asks = asked_readings(want)
        if not asks:  # movements are judged by the moment itself
            continue
        said = Q()
        for name, values in asks:
            said |= Q(name=name, value__in=values) if values else Q(name=name)
        read = Exists(
            Attribute.objects.filter(said, track=OuterRef("pk"), confidence__gte=READ_FROM)
        )
        tracks = tracks.filter(~read if want.negated else read)
    return tracks.exists()


def _said(found: FoundMoment) -> str:
    words = (why.reason.words for why in found.why if why.reason.source != _LIKENESS)
    return ", ".join(dict.fromkeys(words))[:300]


def _by_example(alert: Alert, asset: Asset) -> list[AlertHit]:
    space = joint_space()
    if alert.example is None or alert.example.library_id != asset.library_id:
        return []
    if space.encoder is None or alert.example_id == asset.pk:
        return []
    example = _picture_near(alert.example, alert.example_pts or 0, space.encoder)
    if example is None:
        return []
    near = _nearest(example, space.encoder)
    hits = []
    for one in near:
        if one.keyframe.asset_id == asset.pk and example.pk in {
            other.pk for other in _nearest(one, space.encoder)
        }:
            shot = one.keyframe.shot
            hits.append(
                AlertHit(
                    alert=alert,
                    asset=asset,
                    start_pts=shot.start_pts,
                    end_pts=shot.end_pts,
                    why="nearest to the example, and the example to it",
                )
            )
    return hits


def _picture_near(asset: Asset, pts: int, encoder: Encoder) -> KeyframeEmbedding | None:
    """The vector of the asset's keyframe that is nearest in time."""
    times = list(Keyframe.objects.filter(asset=asset).values_list("pk", "pts"))
    if not times:
        return None
    nearest = min(times, key=lambda row: abs(row[1] - pts))[0]
    found = KeyframeEmbedding.objects.filter(keyframe=nearest, encoder=encoder)
    return found.select_related("keyframe__asset").first()


def _nearest(one: KeyframeEmbedding, encoder: Encoder) -> list[KeyframeEmbedding]:
    """Its nearest pictures in the library, those of its own asset left out."""
    others = KeyframeEmbedding.objects.filter(
        encoder=encoder, keyframe__asset__library=one.keyframe.asset.library_id
    ).exclude(keyframe__asset=one.keyframe.asset_id)
    k = max(1, min(NEIGHBOURS, others.count() // SHARE))
    ranked = others.annotate(distance=MaxInnerProduct("vector", one.vector))
    return list(
        ranked.select_related("keyframe__shot", "keyframe__asset").order_by(F("distance"), "pk")[:k]
    )


def _make_room(user: AbstractBaseUser) -> None:
    if Alert.objects.filter(user=user.pk).count() >= MOST_ALERTS:
        raise BadAlert(f"You have {MOST_ALERTS} alerts: delete one first.")


def _lists(address: str) -> Mapping[str, list[str]]:
    return parse_qs(address.lstrip("?"), max_num_fields=200)


def _has_thing(want: Want) -> Exists:
    """Whether a thing of a colour is seen while somebody is, in the same shot."""
    return Exists(
        Attribute.objects.filter(
            name=THING_COLOUR,
            value__in=colours_of_thing(want),
            confidence__gte=READ_FROM,
            track__label__in=want.labels,
            track__shot=OuterRef("shot"),
            track__start_pts__lt=OuterRef("end_pts"),
            track__end_pts__gt=OuterRef("start_pts"),
        )
    )
