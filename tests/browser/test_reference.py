"""The API's reference in a browser: finding an operation, asking it, and copying its command."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from ingest.models import Library


def test_an_operation_is_found_and_asked(page: Page, library: Library) -> None:
    page.goto("/api/docs")
    page.get_by_label("Find an operation").fill("read library")
    rows = page.locator("[data-api-row]:visible")
    expect(rows.filter(has_text="Read a library").first).to_be_visible()
    expect(rows.filter(has_text="Merge people")).to_have_count(0)
    page.get_by_label("Find an operation").fill("nothing like it")
    expect(page.get_by_text("No operation has these words.")).to_be_visible()
    page.get_by_label("Find an operation").fill("")
    page.locator("a[href$='#libraries_retrieve']").click()

    operation = page.locator("#libraries_retrieve")
    operation.get_by_text("Try it here").click()
    operation.get_by_label("slug").fill(library.slug)
    operation.get_by_role("button", name="Ask").click()
    answer = operation.locator("[data-api-answer]")
    expect(answer).to_contain_text(f"GET /api/libraries/{library.slug}: 200")
    expect(answer).to_contain_text(f'"name": "{library.name}"')


def test_a_command_is_copied(page: Page, library: Library) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/api/docs/search#search_retrieve")
    code = page.locator("#search_retrieve [data-code]").first
    code.get_by_role("button", name="Copy").click()
    expect(code.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == code.locator("code").text_content()
    assert copied.startswith("curl ") and "$EVERYID_TOKEN" in copied
