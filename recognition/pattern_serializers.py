"""Patterns as JSON."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from recognition.patterns.company import Company
from recognition.selectors import Person

PROBABILITY = "0–1."


class PatternPersonSerializer(serializers.Serializer[Any]):
    """Somebody in the picture."""

    id = serializers.IntegerField(source="identity.pk")
    display_name = serializers.CharField(source="identity.display_name")
    picture = serializers.SerializerMethodField(help_text="Address of a crop.")

    def get_picture(self, person: Person) -> str | None:
        return reverse("recognition:crop", args=[person.crops[0].pk]) if person.crops else None


class BondSerializer(serializers.Serializer[Any]):
    """Two people together."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    times = serializers.IntegerField(help_text="Occasions on which both were there.")
    expected = serializers.FloatField(help_text="What chance would make of it.")
    ratio = serializers.FloatField(help_text="times / expected.")
    score = serializers.FloatField(help_text="Standard deviations above (below: −) chance.")


class SharedPlaceSerializer(serializers.Serializer[Any]):
    """A camera, and how often two were together there."""

    camera = serializers.CharField()
    times = serializers.IntegerField()


class CompanionsSerializer(BondSerializer):
    """A row of the table: two people, where, and when last."""

    places = SharedPlaceSerializer(many=True)
    last = serializers.DateTimeField(allow_null=True)


class CompanySerializer(serializers.Serializer[Any]):
    """Who is with whom."""

    around = serializers.IntegerField(allow_null=True, help_text="The person in the middle.")
    people = PatternPersonSerializer(many=True, help_text="Those of the picture.")
    bonds = BondSerializer(many=True, help_text="Between people of the picture.")
    pairs = CompanionsSerializer(many=True, help_text="The first of all pairs, most times first.")
    people_count = serializers.IntegerField(help_text="Everyone who was seen.")
    pair_count = serializers.IntegerField(help_text="All pairs (of `around`).")
    alone = serializers.IntegerField(help_text="People who were with nobody.")


def _row(link: Any) -> dict[str, Any]:
    bond = link.bond
    return {
        **{name: getattr(bond, name) for name in ("first", "second", "times", "expected")},
        "ratio": bond.ratio,
        "score": bond.score,
        "places": [{"camera": name, "times": times} for name, times in link.places],
        "last": link.last,
    }


def describe_company(found: Company) -> dict[str, Any]:
    """For ``CompanySerializer``."""
    return {
        "around": None if found.around is None else found.around.identity.pk,
        "people": found.people,
        "bonds": found.drawn,
        "pairs": [_row(link) for link in found.links],
        "people_count": found.people_count,
        "pair_count": found.bond_count,
        "alone": found.alone,
    }


class PatternCameraSerializer(serializers.Serializer[Any]):
    """A camera of the picture."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    place = serializers.CharField()
    visits = serializers.SerializerMethodField(help_text="How often somebody came there.")

    def get_visits(self, camera: Any) -> int:
        return int(self.context["visits"].get(camera.pk, 0))


class PassageSerializer(serializers.Serializer[Any]):
    """Going from one camera to the next."""

    origin = serializers.IntegerField(source="source.pk")
    target = serializers.SerializerMethodField(
        help_text="null: seen nowhere else; may be the camera that was left."
    )
    count = serializers.IntegerField(help_text="Steps that went so.")
    left = serializers.IntegerField(help_text="All steps out of the first camera.")
    probability = serializers.FloatField(source="share", help_text=PROBABILITY)
    usual_s = serializers.FloatField(allow_null=True, help_text="The middle time, in seconds.")
    low_s = serializers.FloatField(allow_null=True, help_text="A quarter is faster.")
    high_s = serializers.FloatField(allow_null=True, help_text="A quarter is slower.")

    def get_target(self, passage: Any) -> int | None:
        return None if passage.target is None else int(passage.target.pk)


class NetworkOfCamerasSerializer(serializers.Serializer[Any]):
    """How people pass between cameras."""

    cameras = PatternCameraSerializer(many=True)
    passages = PassageSerializer(many=True)
    steps = serializers.IntegerField(help_text="What was learned from.")
    away_s = serializers.FloatField(help_text="Who is unseen for longer is away.")
    untimed = serializers.IntegerField(help_text="Sightings without camera or recording time.")


class NextSerializer(serializers.Serializer[Any]):
    """A camera, and how likely it is next."""

    camera = serializers.SerializerMethodField(help_text="null: seen nowhere else.")
    name = serializers.SerializerMethodField()
    probability = serializers.FloatField(help_text=PROBABILITY)
    usual_s = serializers.FloatField(allow_null=True, help_text="The middle time, in seconds.")
    count = serializers.IntegerField(help_text="How often it was so.")

    def get_camera(self, found: Any) -> int | None:
        return None if found.camera is None else int(found.camera.pk)

    def get_name(self, found: Any) -> str | None:
        return None if found.camera is None else str(found.camera.name)


class OutlookSerializer(serializers.Serializer[Any]):
    """Where somebody is likely seen next."""

    camera = serializers.SerializerMethodField(help_text="That was left; null: none is known.")
    unseen_s = serializers.FloatField(help_text="Seconds since, without a sighting.")
    left_at = serializers.DateTimeField(allow_null=True)
    steps = serializers.IntegerField(help_text="Known steps out of that camera.")
    nexts = NextSerializer(many=True, help_text="The likeliest first; they add up to 1.")

    def get_camera(self, found: Any) -> int | None:
        return None if found.camera is None else int(found.camera.pk)
