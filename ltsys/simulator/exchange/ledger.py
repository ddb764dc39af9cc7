"""Who holds what: dollars and shares in units, and what resting orders have reserved."""

from collections import defaultdict

from ltsys.simulator.exchange.order import Order


class Ledger:
    """Balances by lower-case address; the house takes the other side of whatever is missing.

    Every dollar and every share that moves leaves one account and enters another, so
    cash sums to the deposits and each token's shares to nought (L29).
    """

    def __init__(self) -> None:
        self.cash: defaultdict[str, int] = defaultdict(int)
        self.deposited: defaultdict[str, int] = defaultdict(int)
        self.shares: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._reserved_cash: defaultdict[str, int] = defaultdict(int)
        self._reserved_shares: defaultdict[tuple[str, str], int] = defaultdict(int)

    def deposit(self, address: str, units: int) -> None:
        """Add dollars from outside."""
        self.cash[address] += units
        self.deposited[address] += units

    def move_cash(self, *, payer: str, payee: str, units: int) -> None:
        """Pay."""
        self.cash[payer] -= units
        self.cash[payee] += units

    def move_shares(self, token: str, *, giver: str, taker: str, units: int) -> None:
        """Hand over shares of a token."""
        self.shares[giver][token] -= units
        self.shares[taker][token] += units

    def free_cash(self, address: str) -> int:
        """Dollars that no resting BUY has reserved."""
        return self.cash.get(address, 0) - self._reserved_cash[address]

    def free_shares(self, address: str, token: str) -> int:
        """Shares that no resting SELL has reserved."""
        held = self.shares[address].get(token, 0) if address in self.shares else 0
        return held - self._reserved_shares[address, token]

    def reserve(self, order: Order, units: int) -> None:
        """Hold back what a resting order may still spend; a negative amount lets go."""
        if order.is_buy:
            self._reserved_cash[order.maker] += units
        else:
            self._reserved_shares[order.maker, order.token] += units
