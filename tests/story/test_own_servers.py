"""A system on servers of one's own, in a folder that nothing has made yet."""

from pathlib import Path

import pytest

from ltsys.stack import World, running


@pytest.fixture
def _own_servers(monkeypatch: pytest.MonkeyPatch, empty_database_url: str, redis_url: str) -> None:
    monkeypatch.setenv("LTSYS_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("LTSYS_REDIS_URL", redis_url)


@pytest.mark.usefixtures("_own_servers")
def test_a_fresh_folder_is_made(tmp_path: Path, empty_database_url: str):
    folder = tmp_path / "new" / "folder"

    with running(folder, World(), only=frozenset()) as stack:
        used = stack.environment["LTSYS_DATABASE_URL"]

    assert used == empty_database_url
    assert (folder / "run").stat().st_mode & 0o077 == 0
