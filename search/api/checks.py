"""Having moments looked at for words, by REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingest.rest import sent, user_of
from search.models import Check
from search.services import checks as service
from search.views.checks import visible_keyframes


class CheckAskSerializer(serializers.Serializer[Any]):
    """Words between commas, and the keyframes of moments (``keyframe`` of a search's answer)."""

    words = serializers.CharField(max_length=600)
    keyframes = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=service.MOST_AT_ONCE,
    )


class SeenSerializer(serializers.Serializer[Any]):
    """Where a word was seen: xyxy of 0–1."""

    word = serializers.CharField()
    confidence = serializers.FloatField(min_value=0, max_value=1)
    box = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4)


class CheckSerializer(serializers.Serializer[Any]):
    """One keyframe; done with nothing ``seen`` means that none of the words was."""

    keyframe = serializers.IntegerField()
    words = serializers.CharField()
    network = serializers.CharField()
    state = serializers.ChoiceField(choices=Check.State.values)
    seen = SeenSerializer(many=True)
    error = serializers.CharField(allow_blank=True)


class ChecksSerializer(serializers.Serializer[Any]):
    """What is known of the keyframes; those that were never looked at are left out."""

    checks = CheckSerializer(many=True)


class CheckView(APIView):
    """Moments looked at for what the detector has no class for, by a network that reads words."""

    @extend_schema(
        operation_id="search_checks_create",
        request=CheckAskSerializer,
        responses={202: ChecksSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have keyframes looked at; ask again with GET until no state is ``queued``."""
        given, user = sent(request, CheckAskSerializer), user_of(request)
        keyframes = visible_keyframes(user, given["keyframes"])
        found = service.ask(user=user, keyframes=keyframes, words=given["words"])
        return Response(_as_json(found), status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="search_checks_retrieve",
        parameters=[
            OpenApiParameter("words", str, required=True, description="Words between commas."),
            OpenApiParameter("keyframe", int, many=True, description="May be given again."),
        ],
        responses=ChecksSerializer,
    )
    def get(self, request: Request) -> Response:
        """What the network at work has seen in keyframes that were looked at."""
        given = request.query_params.getlist("keyframe")
        if len(given) > service.MOST_AT_ONCE:
            raise ValidationError({"keyframe": [f"At most {service.MOST_AT_ONCE} at once."]})
        keyframes = visible_keyframes(request.user, given)
        words = service.clean_words(request.query_params.get("words", ""))
        known = service.checks_of([k.pk for k in keyframes], words, service.looker())
        return Response(_as_json([known[k.pk] for k in keyframes if k.pk in known]))


def _as_json(checks: list[Check]) -> dict[str, Any]:
    rows = [
        {
            "keyframe": check.keyframe_id,
            "words": check.words,
            "network": check.network,
            "state": check.state,
            "seen": check.seen,
            "error": check.error_sentence,
        }
        for check in checks
    ]
    data: dict[str, Any] = ChecksSerializer({"checks": rows}).data
    return data
