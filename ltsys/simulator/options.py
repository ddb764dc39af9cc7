"""How the simulator is started."""

import argparse
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from ltsys.simulator.admission.limits import MODES, Mode
from ltsys.simulator.faults.kinds import KINDS
from ltsys.simulator.faults.script import Rule, ScriptError, parse_line, parse_script
from ltsys.simulator.faults.worlds import WORLDS
from ltsys.simulator.world.categories import CATEGORIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Everything that can be chosen; the defaults run an invented world from now on.

    `start` is a unix second; None means the recording's start, or now without one.
    """

    port: int = 0
    host: str = "127.0.0.1"
    recording: Path | None = None
    seed: int = 1
    speed: float = 1.0
    paused: bool = False
    start: int | None = None
    resolve_delay_s: int = 30
    latency_ms: int = 0
    settle_s: float = 0
    data_lag_s: float = 0
    market_minutes: int = 5
    category: tuple[str, ...] = ()
    measured_books: bool = False
    refill_s: float | None = None
    world: str = "calm"
    fault: tuple[str, ...] = ()
    fault_file: Path | None = None
    limits: Mode = "off"
    country: str = "IE"
    ready_file: Path | None = None
    parent_pid: int | None = None

    def arguments(self) -> list[str]:
        """The command line that stands for these options."""
        given: list[str] = []
        for each in fields(self):
            value = getattr(self, each.name)
            flag = "--" + each.name.replace("_", "-")
            if value is True:
                given.append(flag)
            elif isinstance(value, tuple):
                given += [part for item in value for part in (flag, str(item))]
            elif value is not False and value != each.default:
                given += [flag, str(value)]
        return given

    def rules(self) -> list[Rule]:
        """The named world's faults, then the file's, then those of the command line.

        Raises:
            ScriptError: if one of them cannot be read.
        """
        lines = [rule for line in self.fault if (rule := parse_line(line)) is not None]
        file = "" if self.fault_file is None else self.fault_file.read_text()
        return [*parse_script(WORLDS[self.world]), *parse_script(file), *lines]


def parse(arguments: list[str]) -> SimulatorOptions:
    """The options of a command line; `--help` and mistakes leave through SystemExit."""
    parser = argparse.ArgumentParser(
        prog="python -m ltsys.simulator",
        description="Polymarket in a box: CLOB, Gamma, Data API, relayer and streams on one port,\n"
        "with a clock of its own. The operator's token comes from LTSYS_SIM_TOKEN or is\n"
        "made up and written to the ready file.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--recording", type=Path, help="directory with trades and markets .jsonl")
    parser.add_argument("--seed", type=int, default=1, help="of the invented world")
    parser.add_argument("--speed", type=_rate, default=1.0, help="simulated seconds a second")
    parser.add_argument("--paused", action="store_true", help="the clock stands until moved")
    parser.add_argument("--start", type=_instant, help="ISO time or unix seconds")
    parser.add_argument("--resolve-delay-s", type=_count, default=30)
    parser.add_argument("--latency-ms", type=_count, default=0, help="of every answer")
    parser.add_argument("--settle-s", type=_amount, default=0.0, help="from MATCHED to CONFIRMED")
    parser.add_argument("--data-lag-s", type=_amount, default=0.0, help="of the Data API")
    parser.add_argument("--market-minutes", type=_length, default=5)
    _add_market_arguments(parser)
    _add_fault_arguments(parser)
    parser.add_argument("--ready-file", type=Path, help="gets url, pid and token, mode 0600")
    parser.add_argument("--parent-pid", type=int, help="exit when this process is gone")
    chosen = vars(parser.parse_args(arguments))
    repeated = {name: tuple(chosen[name]) for name in ("category", "fault")}
    return SimulatorOptions(**chosen | repeated)


def _add_market_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--category",
        action="append",
        default=[],
        choices=CATEGORIES,
        help="of an invented world's markets; repeat it for more; all without it",
    )
    parser.add_argument(
        "--measured-books",
        action="store_true",
        help="quote a recording as deep as real books were, with ticks that follow the price; "
        "an invented world always does",
    )
    parser.add_argument(
        "--refill-s",
        type=_amount,
        help="until the depth that a taker took is back; 0 for at once, which is what "
        "plain books do; measured ones take 5 s",
    )


def _epilog() -> str:
    lines = [f"  {kind.example}\n      {kind.meaning}" for kind in KINDS]
    return "faults, each with an example of a line (docs/simulator.md):\n" + "\n".join(lines)


def _add_fault_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--world", choices=sorted(WORLDS), default="calm", help="a named combination of faults"
    )
    parser.add_argument(
        "--fault",
        action="append",
        type=_fault_line,
        default=[],
        metavar="LINE",
        help="a rule such as 'rate 0.02 POST /order: drop-after-accept'; may be repeated",
    )
    parser.add_argument("--fault-file", type=_fault_file, help="a file of such rules, one a line")
    parser.add_argument(
        "--limits",
        choices=MODES,
        default="off",
        help="warn: rate-limit headers; on: hold an address back, refuse a signer; "
        "strict: refuse both",
    )
    parser.add_argument(
        "--country", type=_country, default="IE", help="where every client seems to be: geoblock"
    )


def _country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise argparse.ArgumentTypeError(f"not two letters: {text}")
    return text.upper()


def _fault_line(text: str) -> str:
    try:
        parse_line(text)
    except ScriptError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _fault_file(text: str) -> Path:
    path = Path(text)
    try:
        parse_script(path.read_text())
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot read {text}: {error.strerror}") from error
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error
    return path


def _instant(text: str) -> int:
    if text.isdigit():
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"neither ISO nor unix: {text}") from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _count(text: str) -> int:
    return int(_amount(text))


def _length(text: str) -> int:
    minutes = _count(text)
    if not 1 <= minutes <= 1440:
        raise argparse.ArgumentTypeError(f"not 1 to 1440 minutes: {text}")
    return minutes


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"not a number from 0 up: {text}")
    return value


def _rate(text: str) -> float:
    rate = _amount(text)
    if not 0 < rate <= 100_000:
        raise argparse.ArgumentTypeError(f"not over 0 and up to 100000: {text}")
    return rate
