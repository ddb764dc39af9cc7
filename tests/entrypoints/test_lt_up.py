"""What `lt up` and `lt demo` start comes back when it dies, and is gone when they are."""

import os
import signal

from lt_harness import family, lt, started, survivors


def test_up_shows_a_process_that_died_and_leaves_none_behind(reachable_folder):
    folder = reachable_folder()
    folder.chmod(0o755)
    with started(folder, "up") as running:
        running.wait_for("Ctrl-C here stops everything")
        second = lt("up", "--data-dir", str(running.data_dir))
        os.kill(running.pids["beat"], signal.SIGKILL)
        running.wait_for("beat ended with code -9, start 2")
        members = family(running.process)

        running.process.send_signal(signal.SIGINT)
        code = running.process.wait(40)

    assert second.code == 1
    assert "already running under process" in second.err
    assert len(members) >= 11
    assert not survivors(members)
    assert code == 0
    assert not (running.data_dir / "run" / "environment.json").exists()


def test_the_demo_ends_by_itself_and_leaves_no_process_behind(reachable_folder):
    folder = reachable_folder()
    folder.chmod(0o755)
    with started(folder, "demo", "--seconds", "1") as running:
        running.wait_for("Ctrl-C here stops everything")
        members = family(running.process)

        code = running.process.wait(60)

    assert code == 0
    assert not survivors(members)
    assert "everything is stopped" in running.log.read_text()


def test_sigterm_stops_everything_too(reachable_folder):
    folder = reachable_folder()
    folder.chmod(0o755)
    with started(folder, "up") as running:
        running.wait_for("Ctrl-C here stops everything")
        members = family(running.process)

        running.process.send_signal(signal.SIGTERM)
        code = running.process.wait(40)

    assert code == 143
    assert not survivors(members)
