"""Faults of the streams: what becomes of frames and connections (VENUE §13.1, §18.6 r)."""

from dataclasses import replace

from ltsys.simulator.box import Box
from ltsys.simulator.faults.script import Rule
from ltsys.simulator.streams.delivery import Delivery, OutgoingFrame


class FrameFaults:
    """The streams' view of a script; several rules may strike one frame."""

    def __init__(self, box: Box) -> None:
        """Follow this box's script."""
        self._box = box

    def delivery(self, frame: OutgoingFrame) -> Delivery:
        """What becomes of this frame."""
        result = Delivery()
        if not self._box.faults.rules:
            return result
        for rule in self._box.faults.striking(
            "frame", self._since_start(frame.at), lambda rule: _covers_frame(rule, frame)
        ):
            result = _struck(rule, result)
        return result

    def refuses(self, channel: str, at: float) -> bool:
        """Whether a new connection is turned away before it is accepted."""
        return self._strikes("ws-refuse", channel, at)

    def closes_strangers(self, at: float) -> bool:
        """Whether wrong credentials end the connection; otherwise it stays silent."""
        return self._strikes("ws-close-strangers", "user", at)

    def _strikes(self, name: str, channel: str, at: float) -> bool:
        struck = self._box.faults.striking(
            "connection",
            self._since_start(at),
            lambda rule: rule.kind.name == name and _covers_channel(rule, channel),
        )
        return bool(struck)

    def _since_start(self, at: float) -> float:
        return at - self._box.clock.start


def _struck(rule: Rule, delivery: Delivery) -> Delivery:
    match rule.kind.name:
        case "ws-lose":
            return replace(delivery, copies=0)
        case "ws-duplicate":
            return replace(delivery, copies=2)
        case "ws-swap":
            return replace(delivery, swaps=True)
        case "ws-delay":
            return replace(delivery, delay_s=rule.numbers["for"])
        case "ws-array":
            return replace(delivery, as_array=True)
        case _:
            return replace(delivery, hangs_up=True)


def _covers_frame(rule: Rule, frame: OutgoingFrame) -> bool:
    return rule.texts["kind"] in {"", frame.kind} and _covers_channel(rule, frame.channel)


def _covers_channel(rule: Rule, channel: str) -> bool:
    path = f"/ws/{channel}"
    routes = rule.scope.routes
    return not routes or any(pattern in {path, "/ws/*"} for _, pattern in routes)
