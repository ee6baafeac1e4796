"""Search by REST."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from search.finder import PAGE, find
from search.forms import MOST, read_address
from search.noting import note_search
from search.serializers.searching import SearchSerializer, as_json


def _many(name: str, kind: type, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, many=True, description=f"{about} May be given again.")


_PARAMETERS = [
    OpenApiParameter("q", str, description="A question in plain language; empty: the latest."),
    OpenApiParameter("limit", int, description=f"Moments, {PAGE} if not given, at most {MOST}."),
    OpenApiParameter("offset", int, description="How many to skip."),
    _many("library", str, "A library's slug."),
    _many("camera", int, "A camera's id."),
    _many("identity", int, "An identity's id."),
    _many("scene", str, "A kind of place."),
    _many("colour", str, "A colour of clothes."),
    _many("asset", int, "An asset's id."),
    OpenApiParameter(
        "like",
        str,
        description="What answers are to look like: `frame:ID` (a keyframe), `track:ID`, or "
        "what `POST /api/search/examples` gave.",
    ),
    _many("together", int, "An identity's id: all that are given are in the shot."),
]


class SearchView(APIView):
    """Moments that answer a question, from the libraries that you are a member of."""

    @extend_schema(
        operation_id="search_retrieve", parameters=_PARAMETERS, responses=SearchSerializer
    )
    def get(self, request: Request) -> Response:
        """Find moments. Why each was found stands in its ``evidence``."""
        asked = read_address(dict(request.query_params.lists()))
        result = find(
            asked.text,
            user=request.user,
            filters=asked.filters,
            limit=asked.limit,
            offset=asked.offset,
        )
        note_search(result, user=request.user)
        return Response(SearchSerializer(as_json(result)).data)
