"""One's own page: saved searches, alerts with what they found, and history."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ingest.selectors import assets_for, libraries_for
from ingest.views.requests import signed_in
from search.errors import BadAlert, BadWebhook
from search.models import Alert, AlertHit, AlertNotice, PastSearch, SavedSearch
from search.points import parse_point
from search.services import alerts as alert_service
from search.services import notices
from search.services import saved as service

_SHOWN_HITS, _SHOWN_PAST = 12, 40


@require_safe
def saved_page(request: HttpRequest) -> HttpResponse:
    """Everything of one's own. Hits in libraries that one has left are not shown."""
    user = signed_in(request)
    mine = Q(hits__asset__library__in=libraries_for(user))
    found = Alert.objects.filter(user=user).annotate(
        unseen=Count("hits", filter=mine & Q(hits__is_seen=False)), total=Count("hits", filter=mine)
    )
    context: dict[str, Any] = {
        "saved": SavedSearch.objects.filter(user=user),
        "alerts": [(alert, _hits(alert, user), _told(alert)) for alert in found],
        "sends_mail": bool(settings.EMAIL_HOST and signed_in(request).email),
        "past": PastSearch.objects.filter(user=user)[:_SHOWN_PAST],
        "keeps_history": service.keeps_history(user),
    }
    return render(request, "search/saved.html", context)


@require_POST
def search_save(request: HttpRequest) -> HttpResponse:
    """Save a search, or make an alert of it."""
    user, address = signed_in(request), request.POST.get("address", "")
    name, text = request.POST.get("name", ""), request.POST.get("text", "")
    if "alert" not in request.POST:
        saved = service.save_search(user=user, name=name, text=text, address=address)
        messages.success(request, f"“{saved.name}” is saved.")
        return redirect("search:saved")
    try:
        made = alert_service.create_query_alert(user=user, name=name or text, address=address)
    except BadAlert as error:
        messages.error(request, str(error))
        query = address if address.startswith("?") else ""
        return redirect(reverse("search:home") + query)  # where the question can be changed
    messages.success(request, f"You will see here when new footage answers “{made.name}”.")
    return redirect("search:saved")


@require_POST
def alert_by_example(request: HttpRequest, pk: int) -> HttpResponse:
    """An alert on pictures like the one at a point of an asset."""
    asset = get_object_or_404(assets_for(request.user), pk=pk)
    at = request.POST.get("in", "").strip()
    pts = parse_point(asset, at) if at else asset.first_pts or 0
    made = alert_service.create_example_alert(
        user=signed_in(request), name="", asset=asset, pts=pts
    )
    messages.success(request, f"You will see here when new footage looks like “{made.name}”.")
    return redirect("search:saved")


@require_POST
def saved_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved search."""
    service.delete_search(saved=get_object_or_404(SavedSearch, user=request.user.pk, pk=pk))
    return redirect("search:saved")


@require_POST
def alert_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark an alert's hits as seen, say where else it is told, or delete it."""
    alert = get_object_or_404(Alert, user=request.user.pk, pk=pk)
    if "delete" in request.POST:
        alert_service.delete_alert(alert=alert)
    elif "webhook" in request.POST:
        _set_channels(request, alert)
    else:
        alert_service.mark_seen(alert=alert)
    return redirect("search:saved")


@require_POST
def history_change(request: HttpRequest) -> HttpResponse:
    """Erase the history, or switch it on or off."""
    user = signed_in(request)
    if "erase" in request.POST:
        service.erase_history(user=user)
    else:
        service.set_history(user=user, keeps=request.POST.get("keeps") == "1")
    return redirect("search:saved")


def _set_channels(request: HttpRequest, alert: Alert) -> None:
    by_email, webhook = "email" in request.POST, request.POST["webhook"]
    try:
        notices.set_channels(alert=alert, by_email=by_email, webhook=webhook)
    except (BadAlert, BadWebhook) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Saved where “{alert.name}” is told.")


def _told(alert: Alert) -> list[AlertNotice]:
    """The latest notice of each channel that is in use."""
    used = [
        *([AlertNotice.Channel.EMAIL] if alert.by_email else []),
        *([AlertNotice.Channel.WEBHOOK] if alert.webhook else []),
    ]
    latest = (alert.notices.filter(channel=channel).first() for channel in used)
    return [notice for notice in latest if notice]


def _hits(alert: Alert, user: Any) -> list[dict[str, Any]]:
    shown = AlertHit.objects.filter(alert=alert, asset__library__in=libraries_for(user))
    rows = shown.select_related("asset").order_by("is_seen", "-created_at", "-pk")[:_SHOWN_HITS]
    return [{"hit": hit, "start_s": hit.asset.seconds_at(hit.start_pts)} for hit in rows]
