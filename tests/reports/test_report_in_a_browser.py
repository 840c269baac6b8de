"""The report as a reader meets it, in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

sync = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_reader_moves_through_time_and_into_the_evidence(browser, page: Path, width: int):
    faults: list[str] = []
    asked: list[str] = []
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())

    before = tab.locator("#month-label").inner_text()
    tab.locator("#month").focus()
    for _ in range(18):
        tab.keyboard.press("ArrowLeft")
    assert tab.locator("#month-label").inner_text() != before

    radii = "() => [...document.querySelectorAll('#traffic circle')].map((one) => one.getAttribute('r')).join()"
    first = tab.evaluate(radii)
    tab.locator("#flow-choice").select_option(index=3)
    assert tab.evaluate(radii) != first

    tab.locator("#border-choice").select_option("NO-SO")
    assert "Legal status" in tab.locator("#border-details").inner_text()
    assert "Guarded on the side of" in tab.locator("#border-details").inner_text()
    tab.locator('.border[data-border="FA-SO"]').focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#border-choice").input_value() == "FA-SO"

    tab.locator("#play").click()
    tab.wait_for_timeout(500)
    tab.locator("#play").click()

    tab.locator("#border-details a.claim").first.click()
    target = tab.locator(":target")
    assert target.is_visible()

    tab.locator(".fanbox svg").first.hover()
    assert tab.locator(".fanbox .reading").first.inner_text() != ""

    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    tab.close()


def test_it_reads_without_scripts(browser, page: Path):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page.as_uri())
    assert tab.locator("svg.map .line").count() > 0
    assert tab.locator("svg.fan").count() > 5
    assert tab.locator("h1").is_visible()
    context.close()
