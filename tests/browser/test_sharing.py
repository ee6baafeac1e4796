"""Sharing, comments and erasure, clicked."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ingest.models import Asset, Library
from recognition.models import Identity, ShareLink
from recognition.services import identities
from tests import factories


def person(library: Library) -> Identity:
    """The first person of the film, the one in most appearances."""
    found = Identity.objects.filter(library=library, tracks__isnull=False).order_by("number")
    identity = found.first()
    assert identity is not None
    return identity


def test_a_person_is_shared_with_a_guest_who_has_a_password(
    page: Page, make_page: Any, asset: Asset, library: Library
) -> None:
    page.goto(f"/people/{person(library).pk}/")
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Title").fill("Do you know them?")
    page.get_by_label("Password").fill("quiet harbour")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_role("textbox", name="The link").input_value()
    guest = make_page()
    guest.goto(address)
    guest.get_by_label("Password").fill("quiet harbour")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_role("heading", name="Do you know them?")).to_be_visible()
    picture = guest.get_by_role("img", name="Picture 1")
    expect(picture).to_be_visible()
    guest.wait_for_function("document.querySelector('img').naturalWidth > 0")
    page.get_by_role("link", name="All shared links").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()
    assert ShareLink.objects.get().opened_count == 1


def test_a_comment_and_a_change_arrive_without_reload(
    page: Page, make_page: Any, asset: Asset, library: Library, owner: User
) -> None:
    identity = person(library)
    bea = factories.make_user("bea")
    factories.add_member(library, bea, "editor")
    page.goto(f"/people/{identity.pk}/")
    other = make_page(bea)
    other.goto(f"/people/{identity.pk}/")
    other.get_by_label("Say something to the others").fill("That is the baker.")
    other.get_by_role("button", name="Comment", exact=True).click()
    said = "That is the baker."
    expect(other.get_by_role("paragraph").filter(has_text=said)).to_be_visible()
    expect(page.get_by_role("paragraph").filter(has_text=said)).to_be_visible()
    identities.rename(identity=identity, user=bea, name="The baker")
    bar = page.get_by_role("status").filter(has_text="bea")
    expect(bar).to_contain_text("The baker")
    bar.get_by_role("link", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="The baker")).to_be_visible()


def test_a_person_is_erased_by_typing_the_name(page: Page, asset: Asset, library: Library) -> None:
    identity = person(library)
    page.goto(f"/people/{identity.pk}/")
    page.get_by_role("link", name="Erase this person").click()
    page.get_by_label(f"Type “{identity.display_name}” to be sure").fill(identity.display_name)
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_text("Erased:")).to_be_visible()
    assert not Identity.objects.filter(pk=identity.pk).exists()


def test_recognition_is_switched_off_with_a_reason(
    page: Page, asset: Asset, library: Library
) -> None:
    page.goto(f"/libraries/{library.slug}/privacy")
    page.get_by_text("Switch it off").click()
    page.get_by_label("Why").fill("Asked to by the works council.")
    page.get_by_role("button", name="Switch off and erase vectors").click()
    expect(page.get_by_text("Recognition is off in Harbour.")).to_be_visible()
    page.goto("/people/")
    expect(page.get_by_text("People are not recognised in Harbour")).to_be_visible()
