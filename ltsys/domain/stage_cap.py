"""Real money goes only as far as the strategy's stage allows (DESIGN §8)."""

from collections.abc import Iterator

from ltsys.domain.denial import Check, Denial, DenialCode
from ltsys.domain.ledger import Book
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.strategy import RiskState, Strategy


def stage_checks(added: Usd, strategy: Strategy, state: RiskState) -> Iterator[Check]:
    """What is at risk with the added dollars beside the stage's cap; shadow allows no dollar.

    Paper money has no cap: a shadow run shows what the limits alone would have let through. Of an
    order that is planned already nothing is added, for it is at risk already.
    """
    standing = strategy.standing
    cap = standing.cap if standing.stage.is_live else ZERO_USD
    if state.book is not Book.LIVE or cap is None:
        return
    code, would_be, denial = DenialCode.STAGE_CAP_REACHED, state.balances.exposure + added, None
    if would_be > cap:
        text = (
            f"exposure with this order would be {would_be}; "
            f"the stage {standing.stage} allows {cap} of real money"
        )
        denial = Denial(code=code, text=text, would_be=would_be.amount, limit=cap.amount)
    saw = "{} at risk + {} this order ≤ {} of the stage {}"
    numbers = (state.balances.exposure, added, cap, standing.stage.value)
    yield Check(code=code, saw=saw, numbers=numbers, denial=denial)
