"""What a correction says of tracks: where they were moved, and who they are not."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recognition.models.identity import Identity, IdentityEdit
from recognition.models.track import Track


class TrackMove(models.Model):
    """A track that an edit gave to someone else, with all that is needed to give it back.

    When tracks are made anew the move follows to the track that lies where the old one lay
    (``services.decisions``); ``track`` is empty where there is none.
    """

    edit = models.ForeignKey(IdentityEdit, on_delete=models.CASCADE, related_name="moves")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="moves")
    from_identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, null=True, related_name="+"
    )
    from_assigned_by = models.CharField(max_length=8, choices=Track.Assigner.choices)
    from_similarity = models.FloatField(null=True)
    to_identity = models.ForeignKey(Identity, on_delete=models.CASCADE, null=True, related_name="+")
    to_assigned_by = models.CharField(max_length=8, choices=Track.Assigner.choices)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.track_id}: {self.from_identity_id} → {self.to_identity_id}"


class Distinction(models.Model):
    """Two that are not the same person: two identities, two tracks, or a track and an identity.

    It stands while its edit stands. Grouping never puts the two together, and nobody is asked
    about them again.
    """

    edit = models.ForeignKey(IdentityEdit, on_delete=models.CASCADE, related_name="distinctions")
    identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, null=True, related_name="distinctions"
    )
    other_identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, null=True, related_name="+"
    )
    track = models.ForeignKey(
        Track, on_delete=models.CASCADE, null=True, related_name="distinctions"
    )
    other_track = models.ForeignKey(Track, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                name="distinction_of_two",
                condition=Q(
                    identity__isnull=False,
                    other_identity__isnull=False,
                    track=None,
                    other_track=None,
                )
                | Q(
                    track__isnull=False,
                    other_track__isnull=False,
                    identity=None,
                    other_identity=None,
                )
                | Q(
                    track__isnull=False,
                    identity__isnull=False,
                    other_identity=None,
                    other_track=None,
                ),
            )
        ]

    def __str__(self) -> str:
        pks = (self.identity_id, self.other_identity_id, self.track_id, self.other_track_id)
        return " is not ".join(str(pk) for pk in pks if pk is not None)
