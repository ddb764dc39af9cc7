"""The dashboard of the running demo in a real browser: what an operator does in a day."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lt_harness import Running

browser = pytest.importorskip("browser", reason="playwright or axe is not installed")

if browser.CHROMIUM is None:
    pytest.skip("there is no chromium: apt install chromium", allow_module_level=True)

PICTURES = os.environ.get("LTSYS_TEST_PICTURES")
"""A folder for new pictures of the documentation; none are taken without it."""
PAGES = (
    "/strategies",
    "/strategies/compare",
    "/strategies/charts",
    "/strategies/new",
    "/orders",
    "/fills",
    "/refused",
    "/positions",
    "/redemptions",
    "/risk",
    "/halts",
    "/alerts",
    "/logs",
    "/system",
    "/definitions",
    "/account",
)
SHARP = "LT_FT_DEMO_SHARP"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Not `innerWidth`: a phone zooms out until whatever is too wide fits into that."""


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def sign_in(system: Running) -> tuple[str, str, str]:
    """Where the dashboard is, who signs in, and the password that the demo printed."""
    system.wait_for("sign in to web as")
    said = system.log.read_text()
    url = re.search(r"web +(http://127\.0\.0\.1:\d+)/", said)[1]
    name, password = re.search(r"sign in to web as (\w+), password (\S+)", said).groups()
    # the address is printed while the process behind it still starts
    with httpx.Client(transport=httpx.HTTPTransport(retries=6), trust_env=False) as client:
        assert client.get(f"{url}/healthz").status_code == 200
    return url, name, password


def entered(chromium, sign_in, **look) -> Iterator["browser.Window"]:
    url, name, password = sign_in
    with browser.window(chromium, url, **look) as window:
        window.open("/")
        window.page.get_by_label("Name").fill(name)
        window.page.get_by_label("Password").fill(password)
        window.click("button", "Sign in")
        window.page.wait_for_url("**/strategies")
        yield window


@pytest.fixture
def desktop(chromium, sign_in):
    yield from entered(chromium, sign_in, viewport=browser.DESKTOP)


@pytest.fixture
def phone(chromium, sign_in):
    yield from entered(
        chromium, sign_in, viewport=browser.PHONE, color_scheme="dark", is_mobile=True
    )


def test_an_operators_day(system: Running, desktop):
    """Creates, watches, reads why, changes, pauses, tests, halts, resumes and leaves (L61, L63)."""
    system.wait_for("the first order was filled")
    page = desktop.page

    desktop.open("/strategies/new")
    page.get_by_label("FT wallet").select_option("FT_DEMO_MODEL")
    page.get_by_label("Capital (dollars)").fill("250")
    page.get_by_label("Daily budget (dollars)").fill("90")
    desktop.click("button", "Review")
    desktop.reads("Nothing is launched yet")
    desktop.click("button", "Launch on SIMULATOR")
    page.wait_for_url("**/strategies/LT_FT_DEMO_MODEL?done=created")
    desktop.reads("of $90.00")

    desktop.open("/orders?status=FILLED")
    page.locator("#orders tbody th a").first.click()
    desktop.reads("The way")
    assert "ought" in page.locator("#why").inner_text()

    desktop.open("/refused")
    page.locator("#refused tbody th a").first.click()
    desktop.reads("The decision")
    assert "efused" in page.locator("#why").inner_text()

    desktop.open(f"/strategies/{SHARP}/limits")
    page.get_by_label("Daily budget (dollars)").fill("500")
    desktop.click("button", "Change the limits")
    desktop.reads("of $500.00")

    desktop.click("button", "Pause")
    page.locator("#pause-dialog").get_by_label("Reason").fill("a look at the books")
    desktop.click("button", "Pause", within="#pause-dialog")
    desktop.reads("a look at the books (owner)")
    desktop.click("button", "Resume")
    desktop.reads("Resumed")

    desktop.click("button", "Force test")
    desktop.click("button", "Send it on SIMULATOR", within="#test-dialog")
    page.wait_for_url("**/orders/lto_*", timeout=60_000)
    desktop.reads("TEST")

    desktop.click("button", "Halt all")
    page.locator("#halt-dialog").get_by_label("Reason").fill("the end of the day")
    desktop.click("button", "Halt all", within="#halt-dialog")
    desktop.reads("Halted. Nothing new is planned or posted.")
    page.get_by_label("Why go on").first.fill("a new day")
    desktop.click("button", "Lift")
    desktop.reads("The halt is lifted.")

    desktop.click("button", "Log out")
    page.wait_for_url("**/login*")
    desktop.open("/orders")
    assert "/login" in page.url
    assert not desktop.complaints


def test_no_page_keeps_anybody_out_or_asks_anybody_else(system: Running, desktop, phone):
    """By axe, at both sizes, light and dark; no console error; nothing leaves this machine."""
    system.wait_for("the first market was resolved")
    paths = [*PAGES, f"/strategies/{SHARP}", "/wallets/FT_DEMO_SHARP"]
    paths += [f"/strategies/{SHARP}/{part}" for part in ("stage", "settings", "limits")]
    paths += [order_of(desktop, "/fills"), order_of(desktop, "/refused")]

    barriers = []
    for window, size in ((desktop, "desktop"), (phone, "phone")):
        for path in paths:
            window.open(path)
            barriers += window.barriers()
            wide = window.page.evaluate(WIDER)
            assert wide <= 0, f"{path} is wider than the {size}"
            photograph(window, path, size)

    assert not barriers
    assert not desktop.complaints
    assert not phone.complaints


def test_a_page_goes_on_by_itself_and_says_when_nobody_answers(desktop):
    """The books grow on the screen; old numbers are not passed off as new ones."""
    page = desktop.page
    desktop.open("/logs")
    first = page.locator("#logs tbody tr").first.inner_text()

    page.wait_for_function(
        "said => document.querySelector('#logs tbody tr').innerText !== said", arg=first
    )
    page.context.set_offline(True)
    page.locator("#stale").wait_for(state="visible", timeout=20_000)
    page.context.set_offline(False)
    page.locator("#stale").wait_for(state="hidden", timeout=20_000)


def test_every_page_can_be_worked_without_a_pointer(desktop):
    """The first stop leads past the menu; the way through a dialog and out of it is short."""
    page = desktop.page
    desktop.open("/strategies")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.get_by_role("button", name="Halt all").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#halt-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#halt-dialog").is_visible()


def order_of(window, path: str) -> str:
    """The first order that a list shows."""
    window.open(path)
    return window.page.locator("tbody a[href^='/orders/lto_']").first.get_attribute("href")


def photograph(window, path: str, size: str) -> None:
    if PICTURES:
        name = re.sub(r"lto_\w+", "one", path).strip("/").replace("/", "-").lower()
        window.picture(Path(PICTURES) / f"{name}-{size}.png")
