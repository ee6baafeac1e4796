"""Comments on an identity: a page of their own without JavaScript, a fragment with it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ingest.views.requests import HtmxRequest
from recognition.errors import CommentRefused
from recognition.live import comments_context
from recognition.models import Comment, Identity
from recognition.privacy_forms import CommentForm
from recognition.selectors import identities_for
from recognition.services import comments as service


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HtmxRequest, pk: int) -> HttpResponse:
    """The list, polled by the identity's page; by POST one more."""
    identity = get_object_or_404(identities_for(request.user), pk=pk)
    if request.method != "POST":
        name = "_comment_list.html" if request.htmx else "comments.html"
        return render(request, f"recognition/{name}", comments_context(request, identity))
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            service.add_comment(
                identity=identity, user=request.user, text=form.cleaned_data["text"]
            )
        except CommentRefused as error:
            form.add_error("text", str(error))
    if form.is_valid():
        if not request.htmx:
            return redirect("recognition:identity", pk=pk)
        form = CommentForm()
    context = comments_context(request, identity, form)
    name = "_comments.html" if request.htmx else "comments.html"
    return render(request, f"recognition/{name}", context, status=422 if form.errors else 200)


@require_POST
def comment_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one's own comment anew, or delete it."""
    mine = identities_for(request.user)
    found = get_object_or_404(Comment.objects.select_related("identity__library"), pk=pk)
    identity: Identity = get_object_or_404(mine, pk=found.identity_id)
    if "delete" in request.POST:
        service.delete_comment(comment=found, user=request.user)
    else:
        text = request.POST.get("text", "")
        service.edit_comment(comment=found, user=request.user, text=text)
    return redirect("recognition:identity", pk=identity.pk)
