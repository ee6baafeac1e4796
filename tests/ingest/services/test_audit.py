"""The audit log: what is written stands, and outlives whom and what it names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ingest.models import AuditEntry
from ingest.models.audit import AuditIsAppendOnlyError
from ingest.services import audit
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_whom() -> None:
    user = factories.make_user("anna")
    library = factories.make_library(owner=user)
    identity = factories.make_identity(library, name="Bea")
    audit.record(user=user, library=library, verb="merged", subject=identity, others=[4, 5])
    entry = AuditEntry.objects.get()
    assert (entry.user_name, entry.verb, entry.subject_type) == ("anna", "merged", "identity")
    assert (entry.subject_id, entry.label) == (identity.pk, "Bea")
    assert entry.detail == {"others": [4, 5]}
    assert str(entry) == "anna merged Bea"


def test_an_unknown_verb_is_a_bug() -> None:
    with pytest.raises(ValueError, match="praised"):
        audit.record(user=None, library=None, verb="praised")


def test_entries_are_neither_changed_nor_removed() -> None:
    entry = audit.record(user=None, library=None, verb="switched")
    entry.label = "other"
    with pytest.raises(AuditIsAppendOnlyError):
        entry.save()
    with pytest.raises(AuditIsAppendOnlyError):
        entry.delete()
    with pytest.raises(AuditIsAppendOnlyError):
        AuditEntry.objects.all().delete()
    with pytest.raises(AuditIsAppendOnlyError):
        AuditEntry.objects.filter(pk=entry.pk).update(label="other")
    assert AuditEntry.objects.get().label == ""


def test_an_entry_outlives_its_user_and_library() -> None:
    user = factories.make_user("anna")
    library = factories.make_library(owner=user)
    audit.record(user=user, library=library, verb="erased", label="Beach")
    library.delete()
    user.delete()
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.library, entry.user_name) == (None, None, "anna")


def test_a_look_repeated_soon_is_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    user = factories.make_user()
    library = factories.make_library(owner=user)
    identity = factories.make_identity(library)
    look: dict[str, Any] = {"user": user, "library": library, "verb": "viewed", "subject": identity}
    assert audit.record_once(**look) is not None
    assert audit.record_once(**look) is None
    assert audit.record_once(**look | {"user": factories.make_user()}) is not None
    monkeypatch.setattr(audit, "ONCE_WITHIN", timedelta(0))
    assert audit.record_once(**look) is not None


def test_admins_read_the_log_and_change_nothing(client: Client) -> None:
    entry = audit.record(user=None, library=None, verb="switched", label="Beach")
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    assert b"Beach" in client.get("/admin/ingest/auditentry/").content
    assert client.get("/admin/ingest/auditentry/add/").status_code == 403
    assert client.post(f"/admin/ingest/auditentry/{entry.pk}/delete/").status_code == 403
    page = client.get(f"/admin/ingest/auditentry/{entry.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
