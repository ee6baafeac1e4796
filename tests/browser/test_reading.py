"""Every page can be read: text stands out in both themes, and headings and controls have names.

Contrast is WCAG 2.2's, 1.4.3: 4.5 : 1, for large text 3 : 1. Text on pictures and what is disabled
are left out.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ingest.models import Asset, Library
from recognition.models import Identity, Track

_UNREADABLE = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, ground, a) => ground.map((value, at) => value * (1 - a) + top[at] * a);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isText = (node) => node.nodeType === 3 && node.textContent.trim();
  const said = [];
  for (const element of document.querySelectorAll("body *")) {
    if (element instanceof SVGElement || element.tagName === "OPTION") continue;
    if (![...element.childNodes].some(isText) || !element.getClientRects().length) continue;
    if (element.closest(".visually-hidden, noscript, [disabled]")) continue;
    if (element.closest(".moment__picture, .card__picture")) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden") continue;
    const grounds = [];
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      const own = getComputedStyle(at);
      opacity *= Number(own.opacity);
      grounds.unshift(rgba(own.backgroundColor));
    }
    const ground = grounds.reduce((under, top) => over(top, under, top[3]), [255, 255, 255]);
    const ink = rgba(style.color);
    const seen = over(ink, ground, ink[3] * opacity);
    const [dark, light] = [luminance(seen), luminance(ground)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) {
      const words = element.textContent.trim().slice(0, 40);
      said.push(`${ratio.toFixed(2)} ${element.className} ${words}`);
    }
  }
  return said;
}"""
_CONTROLS = "a[href], button, summary, select, textarea, input"
_NAMELESS = """(controls) => [...document.querySelectorAll(controls)]
  .filter((control) => control.type !== "hidden" && control.getClientRects().length)
  .filter((control) => !control.closest("[aria-hidden=true]"))
  .filter((control) => !(control.ariaLabel || control.textContent.trim() || control.title
    || control.labels?.length || control.querySelector("img[alt]:not([alt=''])")))
  .map((control) => control.outerHTML.slice(0, 160))"""


def addresses(asset: Asset, library: Library) -> list[str]:
    """A page of each kind."""
    person, track = Identity.objects.all()[0].pk, Track.objects.exclude(identity=None)[0].pk
    of_library = ("", "upload", "privacy", "shares", "audit", "activity", "look-for", "erase")
    of_person = ("", "look-alikes", "next-camera", "comments", "share", "report", "erase")
    return [
        *("/", "/?q=someone+in+red", "/?q=at+3am+in+1999", "/bins/", "/saved/", "/tokens/"),
        *("/api/docs", "/api/docs/search"),
        *("/people/", "/people/review", "/people/history", "/people/company", "/people/passages"),
        *("/libraries/", "/libraries/new", f"/assets/{asset.pk}/", f"/assets/{asset.pk}/panel"),
        *(f"/assets/{asset.pk}/delete", f"/tracks/{track}/"),
        *(f"/libraries/{library.slug}/{name}" for name in of_library),
        *(f"/people/{person}/{name}" for name in of_person),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_can_be_read(
    make_page: Any, owner: User, asset: Asset, library: Library, scheme: str
) -> None:
    page: Page = make_page(owner, color_scheme=scheme, reduced_motion="reduce")
    for address in addresses(asset, library):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate(_UNREADABLE) == [], address
        assert page.evaluate(_NAMELESS, _CONTROLS) == [], address
