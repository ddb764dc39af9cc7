"""The process: ready when it says so, gone when it is told to."""

import subprocess

from sim_process import launch, wait_for


def test_the_simulator_leaves_when_its_parent_is_gone(tmp_path):
    """No orphan keeps a port."""
    parent = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    ready_file = tmp_path / "ready.json"
    process = launch(ready_file, "--parent-pid", str(parent.pid))
    wait_for(ready_file, process)

    parent.communicate()

    _, noise = process.communicate(timeout=10)
    assert (process.returncode, noise) == (0, b"")
    assert not ready_file.exists()


def test_a_ready_simulator_answers_and_tells_its_owner_alone(running_venue):
    """The ready file holds url, pid and token, mode 0600 (checked as the venue starts, L62)."""
    assert set(running_venue.ready) >= {"url", "pid", "token"}
    assert running_venue.get("/ok") == "OK"
