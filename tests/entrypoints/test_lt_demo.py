"""The demo does what it promises, and shows no secret while it does."""

import json
from urllib.parse import urlsplit

import httpx
from lt_harness import Running, family, lt


def test_within_two_minutes_leaders_trade_orders_fill_and_markets_resolve(system: Running):
    system.wait_for("the first order was filled")
    system.wait_for("the first market was resolved")


def test_the_demo_leaves_other_peoples_servers_alone(tmp_path):
    refused = lt(
        "demo",
        "--data-dir",
        str(tmp_path),
        environ={"LTSYS_DATABASE_URL": "postgresql://someone@127.0.0.1:1/theirs"},
    )

    assert refused.code == 1
    assert "stays away from yours" in refused.err


def test_only_the_simulator_can_be_started(tmp_path):
    refused = lt("up", "--data-dir", str(tmp_path), environ={"LTSYS_VENUE": "polymarket"})

    assert refused.code == 1
    assert "Real money is not supported" in refused.err


def test_no_secret_is_in_any_log_output_or_list_of_processes(system: Running):
    """L62."""
    system.wait_for("the first order was filled")
    said = [
        system.log.read_text(),
        *(log.read_text() for log in (system.data_dir / "log").glob("*.log")),
        (system.data_dir / "run" / "simulator.log").read_text(),
        *(" ".join(member.cmdline()) for member in family(system.process)),
        *(system.lt(*command).out for command in [("status", "--json"), ("doctor", "--json")]),
    ]

    leaked = [name for name, secret in secrets(system).items() if secret in "\n".join(said)]

    assert not leaked


def secrets(system: Running) -> dict[str, str]:
    environment = system.environment
    return {
        "database": urlsplit(environment["LTSYS_DATABASE_URL"]).password,
        "broker": urlsplit(environment["LTSYS_REDIS_URL"]).password,
        "flower": environment["LTSYS_FLOWER_AUTH"].partition(":")[2],
        "API key": environment["LTSYS_API_KEY"],
        "API secret": environment["LTSYS_API_SECRET"],
        "passphrase": environment["LTSYS_API_PASSPHRASE"],
        "trading key": (system.data_dir / "simulated-wallet.key").read_text().strip()[2:],
        "operator": json.loads((system.data_dir / "run" / "simulator.json").read_text())["token"],
    }


def listening(system: Running, name: str) -> str:
    """The address that the demo said this page is at."""
    system.wait_for(f"  {name}")
    lines = system.log.read_text().splitlines()
    return next(line.split()[1] for line in lines if line.strip().startswith(name))


def test_the_web_process_says_that_the_database_answers(system: Running, eventually):
    """L63: and whoever is not signed in gets no further than the door."""
    url = listening(system, "web")
    with httpx.Client(base_url=url, trust_env=False) as client:
        eventually(lambda: answers(client))

        health, page = client.get("/healthz"), client.get("/")

        assert (health.status_code, health.json()) == (200, {"status": "ok"})
        assert (page.status_code, page.headers["Location"]) == (303, "/strategies")
        assert client.get("/strategies").headers["Location"].startswith("/login")
        assert {client.post(path).status_code for path in ("/", "/healthz")} == {405}
        assert client.get("/docs").status_code == 401
        assert {client.get(path).status_code for path in ("/openapi.json", "/redoc")} <= {401, 404}


def test_flower_wants_its_password_and_changes_nothing(system: Running, eventually):
    """L63."""
    user, _, password = system.environment["LTSYS_FLOWER_AUTH"].partition(":")
    url = listening(system, "flower")
    with httpx.Client(base_url=url, trust_env=False) as client:
        eventually(lambda: answers(client), limit_s=30)

        nobody = client.get("/")
        nothing = client.get("/", headers={"Authorization": "Basic !!"})
        operator = client.get("/", auth=(user, password))
        killing = client.post("/api/worker/shutdown/signals@x", auth=(user, password))

        assert (nobody.status_code, nothing.status_code, operator.status_code) == (401, 401, 200)
        assert killing.status_code == 403


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthcheck").status_code in {200, 404}
    except httpx.TransportError:
        return False
