"""The system page: what runs, what waits, and who stopped what; nothing slow holds it up."""

import re

import pytest

KEYLESS = "LTSYS_WALLET_KEY_FILE"


@pytest.fixture
def with_broker(monkeypatch, redis_url):
    """Before the services read their settings."""
    monkeypatch.setenv("LTSYS_REDIS_URL", redis_url)
    monkeypatch.delenv(KEYLESS, raising=False)


def checks(page: str) -> dict[str, str]:
    """The state of each check, as words."""
    found = re.findall(
        r'<th scope="row">(\w+)</th><td><span class="badge[^>]*>.*?</span> (\w+)', page
    )
    return dict(found)


@pytest.mark.usefixtures("with_broker")
def test_the_doctors_checks_come_in_by_and_by(scene, eventually):
    ann, ada = scene.visitor("ann"), scene.visitor("ada")

    first = checks(ann.get("/system").text)
    eventually(lambda: "ASKED" not in checks(ann.get("/system").text).values(), limit_s=20)
    page = ann.get("/system").text

    assert "ASKED" in first.values()
    found = checks(page)
    assert found["database"] == found["broker"] == "PASSED"
    assert found["workers"] == "FAILED"
    assert "no worker answered for signals, execution, fills, resolution" in page
    assert "Fix: " in page
    assert set(checks(ada.get("/system").text)) - set(found) == {"halts", "reconcile", "orders"}


@pytest.mark.usefixtures("with_broker")
def test_it_needs_no_trading_key(scene):
    """L62: whoever shows pages holds none."""
    page = scene.visitor("ada").get("/system").text

    assert {"key", "account"}.isdisjoint(checks(page))
    assert "signer" not in vars(scene.own)


@pytest.mark.usefixtures("with_broker")
def test_queues_show_what_waits_and_who_works(scene, ann, eventually):
    """L51: each with the age of its oldest message, also where no row says how long it waits."""
    for task in ("signals.sweep_signals", "resolution.apply_changes"):
        scene.own.tasks.send(task)

    def row(queue: str) -> str:
        text = ann.get("/system").text
        return re.search(rf'<th scope="row">{queue}</th>(.*?)</tr>', text, re.DOTALL)[1]

    eventually(lambda: '<td class="num">0</td>' in row("fills") and "✕ 0" in row("fills"))
    for queue in ("signals", "resolution"):
        assert '<td class="num">1</td>' in row(queue)
        assert re.search(r'title="since 20[^"]+">\d+\.\d{3} s</td>', row(queue))
    for queue in ("execution", "fills"):
        assert '<td class="num">0</td><td class="num">–</td>' in row(queue)


def test_kill_switches_show_the_file_and_the_rows(scene, ann):
    """L61."""
    before = ann.get("/system").text
    ada = scene.visitor("ada")
    ada.post("/halts", {"scope": "global", "kind": "pause", "reason": "a look at the books"})
    page = ann.get("/system").text

    assert "stops nobody" in before
    assert "none stands" in before
    assert page.count("a look at the books") >= 2
    assert "1 stand" in page
