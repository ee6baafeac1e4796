"""The page of one's own: an alert with a webhook whose calls fail and arrive, searches, history."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from ingest.models import Asset
from search.models import Alert, AlertHit, AlertNotice
from search.services import notices
from tests.receiver import Receiver


def keep(page: Page, query: str, button: str) -> None:
    """Searches, and keeps it."""
    page.goto(f"/?q={query}")
    page.get_by_text("Keep", exact=True).click()
    page.get_by_role("button", name=button).click()


def is_saved_page(page: Page) -> None:
    expect(page.get_by_role("heading", name="Saved", level=1)).to_be_visible()


def tell(alert: Alert, asset: Asset) -> None:
    """New footage answers the alert; whatever is due is sent."""
    hit = AlertHit.objects.create(alert=alert, asset=asset, start_pts=0, end_pts=25, why="red")
    notices.note_hits(alert, [hit])
    notices.send_due()


def send_again() -> None:
    past = timezone.now() - timedelta(seconds=1)
    AlertNotice.objects.exclude(next_at=None).update(next_at=past)
    notices.send_due()


def test_an_alert_says_how_its_webhook_fared(
    page: Page, asset: Asset, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    keep(page, "someone+in+red", "Alert")
    is_saved_page(page)
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    page.get_by_text("Tell me elsewhere, too").click()
    page.get_by_label("Call this address").fill(receiver.address)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved where")).to_be_visible()
    alert = Alert.objects.get()
    page.get_by_text("Also told by webhook").click()
    expect(page.get_by_text(alert.secret)).to_be_visible()

    receiver.status = 500
    tell(alert, asset)
    page.goto("/saved/")
    expect(page.get_by_text("1 new")).to_be_visible()
    failed = page.locator(".notice--warn")
    expect(failed).to_contain_text("answered 500")
    expect(failed).to_contain_text("Tried 1 time; again")

    receiver.status = 204
    send_again()
    page.reload()
    expect(failed).to_have_count(0)
    expect(page.get_by_text(re.compile("Webhook told"))).to_be_visible()
    assert len(receiver.got) == 2

    page.get_by_role("link", name="walk.mp4").click()
    expect(page).to_have_url(re.compile(rf"/assets/{asset.pk}/"))
    page.goto("/saved/")
    page.get_by_role("button", name="Seen").click()
    expect(page.get_by_text("1 new")).to_have_count(0)
    page.get_by_role("button", name="Delete the alert").click()
    expect(page.locator("article.panel")).to_have_count(0)


def test_what_only_likeness_could_answer_makes_no_alert(page: Page, asset: Asset) -> None:
    keep(page, "zeppelin", "Alert")
    expect(page.get_by_text("only be compared by likeness")).to_be_visible()
    expect(page.locator("#q")).to_have_value("zeppelin")
    assert not Alert.objects.exists()


def test_an_address_that_is_never_called_is_said_at_once(page: Page, owner: User) -> None:
    Alert.objects.create(user=owner, name="Red", address="?q=red")
    page.goto("/saved/")
    page.get_by_text("Tell me elsewhere, too").click()
    field = page.get_by_label("Call this address")
    field.fill("ftp://a.example/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("begins with https")).to_be_visible()


def test_a_given_up_webhook_is_said(page: Page, asset: Asset, owner: User) -> None:
    alert = Alert.objects.create(user=owner, name="Red", address="?q=red")
    notices.set_channels(alert=alert, by_email=False, webhook="http://127.0.0.1:9/hook")
    tell(alert, asset)
    page.goto("/saved/")
    expect(page.locator(".notice--warn")).to_contain_text("inside the network")
    expect(page.locator(".notice--warn")).to_contain_text("Given up after 1 try")


def test_searches_are_saved_and_remembered(page: Page, asset: Asset) -> None:
    keep(page, "beach", "Save")
    is_saved_page(page)
    saved = page.get_by_role("region", name="Saved searches")
    saved.get_by_role("link", name="beach").click()
    expect(page.locator("#q")).to_have_value("beach")
    page.goto("/saved/")
    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("link", name="beach")).to_be_visible()
    history.get_by_role("button", name="Erase").click()
    expect(history.get_by_text("Empty.")).to_be_visible()
    history.get_by_role("button", name="Switch off").click()
    expect(history.get_by_text("Switched off")).to_be_visible()
    saved.get_by_role("button", name="Forget beach").click()
    expect(saved.get_by_text("None yet.")).to_be_visible()
