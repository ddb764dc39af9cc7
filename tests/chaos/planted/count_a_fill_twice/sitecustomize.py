"""A planted bug: each fill is counted once more under another name."""

from dataclasses import replace

from ltsys.usecases import track_order

sound = track_order.record_fill


def record_fill(reported, tracking, **more):
    once = sound(reported, tracking, **more)
    if len(once.fills) == len(tracking.fills):
        return once
    return sound(replace(reported, trade_id=f"{reported.trade_id}-again"), once, **more)


track_order.record_fill = record_fill
