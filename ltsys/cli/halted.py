"""The halts that stand, in red."""

from rich.text import Text

from ltsys.domain.halt import Halt


def view(halts: tuple[Halt, ...]) -> Text:
    """A line a halt; nothing where none stands."""
    lines = [Text(f"HALTED: {halt}", style="bold red") for halt in halts]
    return Text("\n").join(lines)
