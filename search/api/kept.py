"""What one keeps, by REST: saved searches, alerts with their hits, history. One's own."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ingest.rest import KeptViewSet, sent, user_of
from ingest.selectors import assets_for, libraries_for
from search.models import Alert, AlertHit, PastSearch, SavedSearch
from search.serializers.kept import (
    AlertChangeSerializer,
    AlertHitSerializer,
    AlertMakeSerializer,
    AlertSerializer,
    PastSearchSerializer,
    SavedSearchSerializer,
    SearchHabitSerializer,
)
from search.services import alerts, notices, saved


class SavedSearchViewSet(KeptViewSet[SavedSearch]):
    """Saved searches."""

    serializer_class = SavedSearchSerializer
    queryset = SavedSearch.objects.none()

    def get_queryset(self) -> QuerySet[SavedSearch]:
        """One's own."""
        return SavedSearch.objects.filter(user=self.request.user.pk)

    @extend_schema(responses={201: SavedSearchSerializer})
    def create(self, request: Request) -> Response:
        """Save a search; the same one again gets the new name."""
        given = self.sent()
        return self.made(
            saved.save_search(
                user=user_of(request), name=given["name"], text="", address=given["address"]
            )
        )

    def perform_destroy(self, instance: SavedSearch) -> None:
        """Forget it."""
        saved.delete_search(saved=instance)


class AlertViewSet(KeptViewSet[Alert]):
    """Alerts on new footage: by a search, or by a point of an asset."""

    serializer_class = AlertSerializer
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        """One's own."""
        return Alert.objects.filter(user=self.request.user.pk)

    @extend_schema(request=AlertMakeSerializer, responses={201: AlertSerializer})
    def create(self, request: Request) -> Response:
        """Make an alert of a search's `address`, or of an `asset` at a `pts`."""
        given, user = sent(request, AlertMakeSerializer), user_of(request)
        if "asset" in given:
            asset = get_object_or_404(assets_for(user), pk=given["asset"])
            pts = given.get("pts", asset.first_pts or 0)
            made = alerts.create_example_alert(user=user, name=given["name"], asset=asset, pts=pts)
        else:
            address = given.get("address", "")
            made = alerts.create_query_alert(user=user, name=given["name"], address=address)
        return self.made(made)

    @extend_schema(request=AlertChangeSerializer, responses=AlertSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Say where else it is told: `by_email`, `webhook` (empty: nowhere)."""
        alert, given = self.get_object(), sent(request, AlertChangeSerializer)
        notices.set_channels(
            alert=alert,
            by_email=given.get("by_email", alert.by_email),
            webhook=given.get("webhook", alert.webhook),
        )
        return self.answer(alert)

    def perform_destroy(self, instance: Alert) -> None:
        """Delete it with what it found."""
        alerts.delete_alert(alert=instance)

    @extend_schema(operation_id="alerts_seen", request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def seen(self, request: Request, pk: str) -> Response:
        """All that was found has been looked at."""
        alerts.mark_seen(alert=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AlertHitView(generics.ListAPIView[AlertHit]):
    """What one's alert found, the latest first."""

    serializer_class = AlertHitSerializer
    queryset = AlertHit.objects.none()

    def get_queryset(self) -> QuerySet[AlertHit]:
        """In libraries that one is still a member of."""
        mine = Alert.objects.filter(user=self.request.user.pk)
        alert = get_object_or_404(mine, pk=self.kwargs["pk"])
        hits = alert.hits.filter(asset__library__in=libraries_for(self.request.user))
        return hits.select_related("asset__library")


class HistoryView(generics.ListAPIView[PastSearch]):
    """One's own searches, the latest first."""

    serializer_class = PastSearchSerializer
    queryset = PastSearch.objects.none()

    def get_queryset(self) -> QuerySet[PastSearch]:
        """One's own."""
        return PastSearch.objects.filter(user=self.request.user.pk)

    @extend_schema(operation_id="history_erase", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Erase all of it."""
        saved.erase_history(user=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="history_switch",
        request=SearchHabitSerializer,
        responses=SearchHabitSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Switch it on, or off, which erases it."""
        user, given = user_of(request), sent(request, SearchHabitSerializer)
        saved.set_history(user=user, keeps=given["keeps_history"])
        return Response({"keeps_history": saved.keeps_history(user)})
