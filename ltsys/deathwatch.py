"""A witness that outlives us: it ends our child processes when we die without doing so."""

import subprocess
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

# Each line read replaces the list of targets. End of input means that whoever
# held the other end of the pipe is gone, however it went.
_SCRIPT = """
targets=
while read -r line; do targets=$line; done
[ -n "$targets" ] || exit 0
for target in $targets; do kill -s "$1" -- "$target" 2>/dev/null; done
waited=0
while [ "$waited" -lt "$2" ]; do
  left=
  for target in $targets; do kill -s 0 -- "$target" 2>/dev/null && left=1; done
  [ -n "$left" ] || exit 0
  sleep 0.1
  waited=$((waited + 1))
done
for target in $targets; do kill -s KILL -- "$target" 2>/dev/null; done
"""


class DeathWatch:
    """While it lives, the watched targets do not outlive this process, not even after SIGKILL.

    A pipe is the whole mechanism: the kernel closes our end when we are gone, and
    a small `sh` in its own session then signals the targets, waits, and kills.
    Unlike PR_SET_PDEATHSIG this works on macOS, does not depend on the thread
    that started a child, and gives a database the time to shut down in order.
    A target is a process id, or a negative process group id.
    """

    def __init__(self, *, signal_name: str = "TERM", patience_s: int = 10) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "deathwatch", signal_name, str(patience_s * 10)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._shell.pid

    def watch(self, targets: Iterable[int]) -> None:
        """From now on exactly these targets are ended when we die."""
        if self._shell.stdin is None or self._shell.stdin.closed:
            return
        try:
            self._shell.stdin.write(" ".join(str(target) for target in targets) + "\n")
            self._shell.stdin.flush()
        except BrokenPipeError:
            # Somebody killed the witness; the children still have us.
            return

    def close(self) -> None:
        """The witness is gone and has signaled nobody."""
        if self._shell.stdin is None or self._shell.stdin.closed:
            return
        self.watch([])
        with suppress(BrokenPipeError):
            self._shell.stdin.close()
        self._shell.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
