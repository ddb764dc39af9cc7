"""The halt file: a line a halt, and whatever cannot be understood is a halt (L18, L61)."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ltsys.adapters.halt_file import LocalHaltFile
from ltsys.domain.errors import SettingsError
from ltsys.domain.halt import HaltKind, HaltScope, denying, new_halt

NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)


def a_halt(number=1, kind=HaltKind.KILL):
    reason = f"number {number}\nof \u2028 several"
    return new_halt(HaltScope.GLOBAL, "", kind, by="ann", reason=reason, since=NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "halt"


def test_without_a_file_nothing_is_halted(path):
    assert LocalHaltFile(path).standing() == ()


def test_another_process_reads_what_was_written(path):
    LocalHaltFile(path).add(a_halt())

    assert LocalHaltFile(path).standing() == (a_halt(),)


def test_the_last_halt_that_is_removed_takes_the_file_with_it(path):
    file = LocalHaltFile(path)
    file.add(a_halt(1))
    file.add(a_halt(2, HaltKind.PAUSE))

    file.remove({a_halt(1).halt_id})
    left = file.standing()
    file.remove({a_halt(2, HaltKind.PAUSE).halt_id, "halt_of_nobody"})

    assert left == (a_halt(2, HaltKind.PAUSE),)
    assert file.standing() == ()
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "\n", "stop!", "{}", '{"halt_id": 1}', "\x00", "[]", "null"])
def test_what_says_nothing_clear_stops_everybody(path, text):
    """`touch` is enough."""
    path.write_text(text)

    (halt,) = LocalHaltFile(path).standing()

    assert (halt.scope, halt.kind) == (HaltScope.GLOBAL, HaltKind.STOP_ENTRIES)
    assert halt.reason.startswith("stopped for safety: it ")


@pytest.mark.parametrize("text", ["", "stop!\n", "stop!\nand stop\n"])
def test_what_somebody_wrote_by_hand_can_be_lifted(path, text):
    path.write_text(text)
    file = LocalHaltFile(path)

    file.remove({halt.halt_id for halt in file.standing()})

    assert file.standing() == ()


def test_a_line_that_is_not_understood_takes_nothing_from_the_others(path):
    file = LocalHaltFile(path)
    file.add(a_halt(1, HaltKind.PAUSE))
    with path.open("a") as opened:
        opened.write("half a li")

    halts = file.standing()

    assert halts[0] == a_halt(1, HaltKind.PAUSE)
    assert denying(halts) is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary() | st.text().map(str.encode))
def test_whatever_the_file_holds_it_is_a_halt_and_never_an_error(path, content):
    """Only its absence lets trading go on."""
    path.write_bytes(content)

    assert LocalHaltFile(path).standing()


def test_bytes_that_are_no_text_are_a_halt(path):
    path.write_bytes(b"\xff\xfe\xfa")

    assert denying(LocalHaltFile(path).standing())


def test_a_file_that_cannot_be_read_is_a_halt_and_cannot_be_lifted(path):
    path.mkdir()
    file = LocalHaltFile(path)

    (halt,) = file.standing()

    assert "cannot be read" in halt.reason
    with pytest.raises(SettingsError, match="cannot be written"):
        file.remove({halt.halt_id})


def test_a_folder_that_is_gone_is_a_halt(tmp_path):
    """A worker that cannot see the file would not know that it was told to stop."""
    file = LocalHaltFile(tmp_path / "unmounted" / "halt")

    (halt,) = file.standing()

    assert "is gone" in halt.reason
    with pytest.raises(SettingsError, match="cannot be written"):
        file.add(a_halt())


def test_several_at_once_lose_no_word(path):
    halts = [a_halt(number) for number in range(16)]
    gate = threading.Barrier(len(halts))

    def add(halt):
        gate.wait()
        LocalHaltFile(path).add(halt)

    threads = [threading.Thread(target=add, args=(halt,)) for halt in halts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {halt.halt_id for halt in LocalHaltFile(path).standing()} == {
        halt.halt_id for halt in halts
    }
