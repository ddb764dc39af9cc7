"""Cases as older versions of the code kept them, for their decisions are explained for months."""

import json
from dataclasses import replace

from ltsys.domain.exposure import joined, loss_if_filled
from ltsys.domain.money import Shares, Usd
from ltsys.domain.situation import Situation


def from_codec_1(text: str) -> str:
    """The text of now. Then a stake said what its order would buy, not what that could lose.

    Raises ValueError for a text that is none of that version.
    """
    try:
        case = json.loads(text)
        for stake in case["situation"].get("stakes", ()):
            shares, reserved = Shares.of(stake.pop("working_shares")), Usd.of(stake["reserved"])
            stake["working_loss"] = str(loss_if_filled(reserved, shares).amount)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not the text of a case of codec 1: {error!r}") from error
    return json.dumps(case)


def by_token(situation: Situation) -> Situation:
    """Then a stake was one order; now it is all orders of a token."""
    return replace(situation, stakes=joined(situation.stakes))
