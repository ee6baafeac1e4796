"""The site itself: login, problem pages, health, headers, and what every page shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from everyid_site import context, errors
from everyid_site.env import BASE_DIR
from ingest.errors import DuplicateAsset, NotAllowed, StorageFull
from recognition.engine.errors import WeightsMissing
from search.errors import QueryTooLong
from tests import factories, fakes

HTMX = {"HX-Request": "true"}
TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))


@pytest.fixture(autouse=True)
def _networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(context, "_known", None)
    with fakes.install():
        yield
    monkeypatch.setattr(context, "_known", None)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the list of libraries raise."""

    def _break(error: Exception) -> None:
        def fail(*_: Any) -> Any:
            raise error

        monkeypatch.setattr("ingest.pages.library_cards", fail)

    return _break


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    client.force_login(factories.make_user("anna"))
    return client


@pytest.mark.django_db
class TestPassword:
    NEW = "three dry otters"

    def change(self, client: Client, old: str, new: str, again: str = "") -> Any:
        sent = {"old_password": old, "new_password1": new, "new_password2": again or new}
        return client.post(reverse("password"), sent, follow=True)

    def test_it_says_what_is_asked_in_a_line(self, signed_in: Client) -> None:
        page = signed_in.get(reverse("password")).text
        asked = re.search(r'<p class="field__help"[^>]*>([^<]*at least 8[^<]*)</p>', page)
        assert asked is not None
        assert "commonly used" in asked[1]

    def test_a_member_changes_it_and_is_signed_out_elsewhere(self, client: Client) -> None:
        user = factories.make_user("anna")
        user.set_password("two wet otters")
        user.save()
        elsewhere = Client()
        for one in (client, elsewhere):
            one.force_login(user)
        assert "Your password is changed" in self.change(client, "two wet otters", self.NEW).text
        user.refresh_from_db()
        assert user.check_password(self.NEW)
        assert client.get("/").status_code == 200
        assert elsewhere.get("/").status_code == 302

    @pytest.mark.parametrize(
        ("old", "new", "again", "sentence"),
        [
            ("not this", NEW, "", "Your old password was entered incorrectly."),
            ("two wet otters", NEW, "three otters", "didn’t match."),
            ("two wet otters", "otter", "", "This password is too short."),
            ("two wet otters", "password1", "", "This password is too common."),
        ],
    )
    def test_what_is_wrong_is_said(
        self, client: Client, old: str, new: str, again: str, sentence: str
    ) -> None:
        user = factories.make_user("anna")
        user.set_password("two wet otters")
        user.save()
        client.force_login(user)
        assert sentence in self.change(client, old, new, again).text
        user.refresh_from_db()
        assert user.check_password("two wet otters")


@pytest.mark.django_db
class TestLogin:
    def test_it_leads_back_to_where_one_came_from(self, client: Client) -> None:
        factories.make_user("anna")
        asked = client.get(reverse("ingest:libraries"))
        page = client.get(asked["Location"])
        assert 'name="next" value="/libraries/"' in page.content.decode()
        data = {"username": "anna", "password": factories.PASSWORD, "next": "/libraries/"}
        assert client.post(reverse("login"), data)["Location"] == "/libraries/"

    def test_it_leads_to_no_other_site(self, client: Client) -> None:
        factories.make_user("anna")
        data = {"username": "anna", "password": factories.PASSWORD, "next": "//evil.example/"}
        assert client.post(reverse("login"), data)["Location"] == reverse("search:home")

    def test_it_keeps_the_name_and_says_what_is_wrong(self, client: Client) -> None:
        response = client.post(reverse("login"), {"username": "anna", "password": "wrong"})
        page = response.content.decode()
        assert 'value="anna"' in page
        assert "Please enter a correct username and password" in page

    def test_signing_out_needs_a_post(self, signed_in: Client) -> None:
        assert signed_in.get(reverse("logout")).status_code == 405
        assert signed_in.post(reverse("logout")).status_code == 302
        assert signed_in.get(reverse("ingest:libraries")).status_code == 302


@pytest.mark.django_db
class TestProblems:
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (NotAllowed("Only an owner may do this."), 403, "not_allowed"),
            (DuplicateAsset("This is here already."), 409, "duplicate"),
            (StorageFull("The disk is full."), 507, "storage_full"),
            (QueryTooLong("That is too long."), 422, "query_too_long"),
            (WeightsMissing("The weights are missing."), 503, "weights_missing"),
            (OperationalError("server closed the connection"), 503, "database_unavailable"),
        ],
    )
    def test_an_expected_error_is_a_sentence(
        self, signed_in: Client, broken: Any, error: Exception, status: int, code: str
    ) -> None:
        broken(error)
        problem = errors.problem_of(error)
        assert problem is not None
        assert (problem.status, problem.code) == (status, code)
        page = signed_in.get(reverse("ingest:libraries"))
        assert page.status_code == status
        assert problem.sentence in page.content.decode()
        assert "<html" in page.content.decode()
        fragment = signed_in.get(reverse("ingest:libraries"), headers=HTMX)
        assert fragment.status_code == status
        assert "<html" not in fragment.content.decode()
        assert problem.sentence in fragment.content.decode()

    def test_a_refused_method_is_a_page(self, signed_in: Client) -> None:
        response = signed_in.get(reverse("search:bin-add"))
        assert response.status_code == 405 and response["Allow"] == "POST"
        page = response.content.decode()
        assert "This is no page" in page and "only takes what a page" in page

    def test_a_forged_form_is_a_page(self, signed_in: Client) -> None:
        careful = Client(enforce_csrf_checks=True)
        careful.cookies = signed_in.cookies
        response = careful.post(reverse("search:bin-create"), {"name": "a"})
        assert response.status_code == 403
        assert "Load it again" in response.content.decode()
        told = careful.post(reverse("search:bin-create"), {"name": "a"}, headers=HTMX)
        assert told["HX-Retarget"] == "#toast" and "<html" not in told.content.decode()

    def test_an_outage_asks_the_database_nothing_more(
        self, signed_in: Client, broken: Any, django_assert_num_queries: Any
    ) -> None:
        broken(OperationalError("gone"))
        with django_assert_num_queries(2):  # session and user, before the view
            response = signed_in.get(reverse("ingest:libraries"))
        assert response["Retry-After"] == "5"

    def test_an_outage_before_the_view_is_told_as_such(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(_: HttpRequest) -> Any:
            raise OperationalError("gone")

        monkeypatch.setattr("django.contrib.auth.middleware.get_user", gone)
        client.raise_request_exception = False
        assert client.get(reverse("ingest:libraries")).status_code == 503

    def test_a_bug_is_a_page_without_its_details(self, signed_in: Client, broken: Any) -> None:
        broken(ZeroDivisionError("secret detail"))
        signed_in.raise_request_exception = False
        response = signed_in.get(reverse("ingest:libraries"))
        assert response.status_code == 500
        assert "secret detail" not in response.content.decode()
        assert "Something broke on our side" in response.content.decode()

    def test_a_missing_page_is_in_the_design(self, signed_in: Client) -> None:
        response = signed_in.get("/no/such/page")
        assert response.status_code == 404
        assert "There is nothing here" in response.content.decode()
        assert "site-search" in response.content.decode()

    def test_a_program_gets_json(self, signed_in: Client) -> None:
        response = signed_in.get("/no/such/page", headers={"Accept": "application/json"})
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not_found"

    def test_a_nul_in_the_address_is_refused(self, signed_in: Client) -> None:
        assert signed_in.get("/?q=a%00b").status_code == 400
        told = signed_in.get("/api/assets?library=%00")
        assert (told.status_code, told["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.django_db
class TestHealth:
    def test_it_tells_how_the_parts_are(self, client: Client) -> None:
        response = client.get("/healthz")
        told = response.json()
        assert response.status_code == 200
        assert told["version"]
        assert set(told["checks"]) == {"database", "migrations", "worker", "networks"}
        assert told["checks"]["networks"]["profile"] == "fake"
        assert told["status"] == "degraded"  # no worker runs in the tests
        assert not told["checks"]["worker"]["ok"]

    def test_it_is_whole_with_a_worker(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingest.pipeline.has_live_worker", lambda: True)
        assert client.get("/healthz").json()["status"] == "ok"

    def test_it_fails_without_a_database(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Gone:
            def cursor(self) -> Any:
                raise OperationalError("connection to /secret/place refused")

        monkeypatch.setattr("everyid_site.health.connection", Gone())
        response = client.get("/healthz")
        assert (response.status_code, response.json()["status"]) == (503, "failing")
        assert "secret" not in response.content.decode()

    def test_it_fails_without_migrations(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("everyid_site.health._is_migrated", lambda: False)
        response = client.get("/healthz")
        assert (response.status_code, response.json()["status"]) == (503, "failing")

    def test_it_names_no_folder(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> Any:
            raise WeightsMissing("There is no /secret/place/manifest.json.")

        monkeypatch.setattr("recognition.networks.network_infos", missing)
        told = client.get("/healthz")
        assert "secret" not in told.content.decode()
        assert not told.json()["checks"]["networks"]["ok"]


@pytest.mark.django_db
class TestEveryPage:
    def test_it_keeps_a_strict_policy(self, signed_in: Client) -> None:
        response = signed_in.get(reverse("ingest:libraries"))
        policy = response["Content-Security-Policy"]
        for directive in ("script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
            assert directive in policy
        assert "unsafe" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_it_has_search_and_navigation(self, signed_in: Client) -> None:
        page = signed_in.get(reverse("ingest:libraries")).content.decode()
        assert 'role="search"' in page
        assert "Skip to the content" in page
        assert page.count('aria-current="page"') == 2  # in the header and in the folded menu
        assert "Admin</a>" not in page

    @pytest.mark.parametrize(
        ("address", "entry"),
        [
            ("/", "Search"),
            ("/bins/", "Bins"),
            ("/saved/", "Saved"),
            ("/people/company", "People"),
            ("/libraries/pier/privacy", "Libraries"),
            ("/libraries/pier/shares", "Libraries"),
            ("/tokens/", None),
            ("/nowhere", None),
        ],
    )
    def test_the_menu_says_where_one_is(
        self, client: Client, address: str, entry: str | None
    ) -> None:
        user = factories.make_user()
        factories.make_library(owner=user, slug="pier")
        client.force_login(user)
        page = client.get(address).content.decode()
        current = re.findall(r'<a href="[^"]*" aria-current="page">(\w+)', page)
        assert current == ([entry] * 2 if entry else [])

    def test_staff_find_the_admin(self, client: Client) -> None:
        client.force_login(factories.make_user(is_staff=True))
        assert "Admin</a>" in client.get(reverse("ingest:libraries")).content.decode()

    def test_it_says_which_networks_are_at_work(self, signed_in: Client) -> None:
        page = signed_in.get(reverse("ingest:libraries")).content.decode()
        assert "Networks at work: fake profile" in page

    def test_it_says_where_there_is_sample_footage(self, client: Client) -> None:
        user = factories.make_user()
        factories.make_library(owner=user, name="Try me", is_sample=True)
        client.force_login(user)
        page = client.get(reverse("ingest:library-create")).content.decode()
        assert "Try me" in page
        assert "sample footage, made to try EveryID with" in page

    def test_htmx_is_told_to_evaluate_nothing(self, signed_in: Client) -> None:
        page = signed_in.get(reverse("ingest:libraries")).content.decode()
        found = re.search(r"name=\"htmx-config\" content='([^']+)'", page)
        assert found is not None
        told = json.loads(found[1])
        assert told["allowEval"] is False
        assert told["includeIndicatorStyles"] is False


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_inline_and_trust_nothing(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\son[a-z]+\s*=", source), "an inline handler"
    assert not re.search(r"\sstyle\s*=", source), "an inline style"
    assert "<style" not in source
    assert not re.search(r"<script(?![^>]*\bsrc=)", source), "an inline script"
    assert not re.search(r"\|\s*safe\b|autoescape\s+off|\bhx-on", source)
    assert "http://" not in source.replace("http://www.w3.org", "")
    assert "https://" not in source


def test_an_answer_that_sets_its_own_policy_keeps_it() -> None:
    from everyid_site.middleware import ContentSecurityPolicy

    def own(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    assert ContentSecurityPolicy(own)(HttpRequest())["Content-Security-Policy"] == "sandbox"
