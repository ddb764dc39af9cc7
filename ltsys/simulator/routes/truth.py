"""The venue's own ledger, whatever was answered: what others' books are compared with."""

from ltsys.simulator.box import Box
from ltsys.simulator.exchange.ledger import COLLATERAL
from ltsys.simulator.exchange.order import HOUSE, Fill, Order
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.operator import operator_only
from ltsys.simulator.units import human


class TruthRoutes:
    """Amounts are integers in units of one millionth."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the path."""
        router.add("GET", "/sim/truth", operator_only(self._box.admin_token, self.truth))

    def truth(self, request: Request) -> object:
        """Orders, fills, refusals and balances as they are, of one wallet or of all."""
        self._box.now()
        maker, exchange = request.param("maker").lower(), self._box.exchange
        orders = [o for o in exchange.orders.values() if maker in {"", o.maker}]
        ledger = exchange.ledger
        addresses = [maker] if maker else [a for a in ledger.deposited if a != HOUSE]
        refused = exchange.refused_by_signer
        signers = [each for each in refused if maker in {"", *exchange.accounts.wallets_of(each)}]
        return {
            "orders": [_order_truth(order) for order in orders],
            "refused": dict(exchange.refused),
            "refused_by_signer": {signer: dict(refused[signer]) for signer in signers},
            "duplicates": exchange.refused["duplicated"],
            "posts": exchange.posts,
            "balances": {address: self._balance(address) for address in addresses},
            "totals": self._totals(),
        }

    def _balance(self, address: str) -> dict[str, object]:
        """What a wallet holds; reserved is what orders and unsettled trades hold back of it."""
        ledger = self._box.exchange.ledger
        held = {token: units for token, units in ledger.shares.get(address, {}).items() if units}
        reserved = {token: units - ledger.free(address, token) for token, units in held.items()}
        cash = ledger.balance(address, COLLATERAL)
        return {
            "cash_units": cash,
            "deposited_units": ledger.deposited.get(address, 0),
            "reserved_cash_units": cash - ledger.free(address, COLLATERAL),
            "positions": held,
            "reserved_positions": {token: units for token, units in reserved.items() if units},
        }

    def _totals(self) -> dict[str, int]:
        """Dollars of everybody; the difference is nought or the ledger is wrong (LESSONS L29)."""
        ledger = self._box.exchange.ledger
        cash, collateral = sum(ledger.cash.values()), sum(ledger.collateral.values())
        deposited = sum(ledger.deposited.values())
        return {
            "cash_units": cash,
            "collateral_units": collateral,
            "deposited_units": deposited,
            "difference_units": cash + collateral - deposited,
        }


def _order_truth(order: Order) -> dict[str, object]:
    return {
        "order_id": order.order_id,
        "token_id": order.token,
        "condition_id": order.market.condition_id,
        "maker": order.maker,
        "side": order.side,
        "order_type": order.order_type,
        "status": order.status,
        "created_at": order.created_at,
        "maker_units": order.maker_units,
        "taker_units": order.taker_units,
        "fills": [_fill_truth(fill, order.order_id) for fill in order.fills],
    }


def _fill_truth(fill: Fill, order_id: str) -> dict[str, object]:
    leg = fill.leg(order_id)
    return {
        "trade_id": fill.trade_id,
        "shares_units": leg.shares,
        "usd_units": leg.usd,
        "price": human(leg.price),
        "fee_units": leg.fee,
        "at": fill.at,
        "status": fill.status,
    }
