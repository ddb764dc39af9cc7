"""Polymarket in a box: the venue's HTTP interfaces over a recorded or an invented world.

It plays the venue, not us, and imports nothing of the rest of ltsys.
"""

from ltsys.simulator.options import SimulatorOptions
from ltsys.simulator.server import main, serve

__all__ = ["SimulatorOptions", "main", "serve"]
