"""Who holds what: dollars and shares in units, and what may not be touched for now."""

from collections import defaultdict

from ltsys.simulator.exchange.order import HOUSE, Fill, Leg, Order
from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import Market

UNLIMITED = (1 << 256) - 1
COLLATERAL = ""
"""The asset that is not a token: dollars."""


class Ledger:
    """Balances by lower-case address, and the dollars that lie behind pairs of shares.

    Shares come in pairs: whoever mints one of each outcome locks a dollar, and a pair that
    is merged or redeemed sets it free. Hence, until a market resolves, its two tokens have
    as many shares as it has collateral, and cash with all collateral sums to the deposits
    (LESSONS L29). The house owes nobody a share: it mints the pairs that it lacks, merges
    those that it has, and its cash, which starts at nought, may be below it.
    """

    def __init__(self) -> None:
        self.cash: defaultdict[str, int] = defaultdict(int)
        self.deposited: defaultdict[str, int] = defaultdict(int)
        self.shares: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.collateral: defaultdict[str, int] = defaultdict(int)
        self._held: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._allowances: dict[tuple[str, str, str], int] = {}

    def deposit(self, address: str, units: int) -> None:
        """Add dollars from outside."""
        self.cash[address] += units
        self.deposited[address] += units

    def balance(self, address: str, asset: str) -> int:
        """Dollars, or shares of a token, whatever is reserved of them."""
        if asset == COLLATERAL:
            return self.cash.get(address, 0)
        return self.shares[address].get(asset, 0) if address in self.shares else 0

    def free(self, address: str, asset: str) -> int:
        """What neither a resting order nor an unsettled trade holds back."""
        return self.balance(address, asset) - self._held.get((address, asset), 0)

    def hold(self, address: str, asset: str, units: int) -> None:
        """Hold units back; a negative amount lets go."""
        self._held[address, asset] += units

    def reserve(self, order: Order, units: int) -> None:
        """Hold back what an order may still spend; a negative amount lets go."""
        self.hold(order.maker, COLLATERAL if order.is_buy else order.token, units)

    def allowance(self, address: str, asset: str, spender: str) -> int:
        """What an exchange contract may take; everything, unless told otherwise."""
        return self._allowances.get((address, asset, spender.lower()), UNLIMITED)

    def approve(self, address: str, asset: str, spender: str, units: int) -> None:
        """Let a contract take so much from now on; shares are approved all or none."""
        self._allowances[address, asset, spender.lower()] = units

    def book(self, fill: Fill, *, sign: int = 1) -> None:
        """Move what a fill moves, or with a sign of -1 take it back.

        Each leg is posted alone. Where buyers of both outcomes met, more shares come in than
        go out, of each token as many, and their dollars become collateral; sellers the
        other way round.
        """
        minted = 0
        for leg in fill.legs:
            change = self._post(leg, fill.market.tokens[leg.outcome_index], sign)
            minted += change if leg.outcome_index == 0 else 0
        self.collateral[fill.market.condition_id] += minted
        self._level_house(fill.market)

    def split(self, address: str, market: Market, units: int) -> bool:
        """Turn dollars into as many pairs; False if the free dollars do not suffice."""
        if self.free(address, COLLATERAL) < units:
            return False
        self._mint(address, market, units)
        return True

    def merge(self, address: str, market: Market, units: int) -> bool:
        """Turn pairs into as many dollars; False if the free shares do not suffice."""
        if min(self.free(address, token) for token in market.tokens) < units:
            return False
        self._mint(address, market, -units)
        return True

    def redeem(self, address: str, market: Market, outcome_index: int, payout: int) -> int:
        """Burn an address's shares of a resolved outcome; the dollars that it got (VENUE §16.3).

        Fractions of a unit stay locked, as on the chain.
        """
        if address not in self.shares:
            return 0
        paid = self.shares[address].pop(market.tokens[outcome_index], 0) * payout // ONE
        self.cash[address] += paid
        self.collateral[market.condition_id] -= paid
        return paid

    def _post(self, leg: Leg, token: str, sign: int) -> int:
        """Book one leg; the change of its wallet's shares."""
        shares, usd = sign * leg.shares, sign * leg.usd
        if not leg.is_buy:
            shares, usd = -shares, -usd
        self.shares[leg.address][token] += shares
        self.cash[leg.address] -= usd + sign * leg.fee
        self.cash[HOUSE] += sign * leg.fee
        return shares

    def _level_house(self, market: Market) -> None:
        """Leave the house with shares of one outcome at most, and short of none."""
        held = self.shares[HOUSE]
        pairs = min(held[token] for token in market.tokens)
        if pairs:
            self._mint(HOUSE, market, -pairs)

    def _mint(self, address: str, market: Market, pairs: int) -> None:
        for token in market.tokens:
            self.shares[address][token] += pairs
        self.cash[address] -= pairs
        self.collateral[market.condition_id] += pairs
