"""Money as double entry: every posting sums to zero and names its cause (DESIGN §6, L29).

Signs: a positive amount in `available`, `reserved`, `position` or `settling` is ours;
`capital`, `fees` and `realized_pnl` hold the other side. Equity is what is ours.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from ltsys.domain.money import ZERO_USD, Usd


class Account(StrEnum):
    CAPITAL = "capital"
    AVAILABLE = "available"
    RESERVED = "reserved"
    POSITION = "position"
    SETTLING = "settling"
    FEES = "fees"
    REALIZED_PNL = "realized_pnl"


class Kind(StrEnum):
    """What a posting does. One cause has at most one posting of each kind."""

    FUND = "fund"
    RESERVE = "reserve"
    FILL = "fill"
    UNFILL = "unfill"
    RELEASE = "release"
    RESOLVE = "resolve"
    UNRESOLVE = "unresolve"
    SETTLE = "settle"
    UNSETTLE = "unsettle"


class Book(StrEnum):
    """Whose money it is: modes never mix with live capital (LESSONS L36)."""

    LIVE = "live"
    SHADOW = "shadow"
    FORCE_TEST = "force_test"

    @property
    def has_capital(self) -> bool:
        """Whether it holds a strategy's own capital, with balances and counters beside it."""
        return self is not Book.FORCE_TEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    account: Account
    amount: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Entries that move together. `(cause, kind)` is unique: a replay adds nothing."""

    cause: str
    kind: Kind
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        total = sum((entry.amount.amount for entry in self.entries), start=ZERO_USD.amount)
        if total:
            raise ValueError(f"posting {self.kind} of {self.cause} sums to {total}, not to 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What each account holds."""

    capital: Usd = ZERO_USD
    available: Usd = ZERO_USD
    reserved: Usd = ZERO_USD
    position: Usd = ZERO_USD
    settling: Usd = ZERO_USD
    fees: Usd = ZERO_USD
    realized_pnl: Usd = ZERO_USD

    @property
    def equity(self) -> Usd:
        """Available + reserved + positions at cost + settling."""
        return self.available + self.reserved + self.position + self.settling

    @property
    def exposure(self) -> Usd:
        """Dollars at risk in positions and working orders."""
        return self.reserved + self.position

    def after(self, posting: Posting) -> Self:
        """The balances once the posting is made."""
        changed = {
            entry.account.value: getattr(self, entry.account.value) + entry.amount
            for entry in posting.entries
        }
        return replace(self, **changed)


def fund(cause: str, amount: Usd) -> Posting:
    """Capital handed to the strategy becomes available."""
    return _move(cause, Kind.FUND, Account.CAPITAL, Account.AVAILABLE, amount)


def reserve(order: str, amount: Usd) -> Posting:
    """Set aside the most that the order may cost, fee included."""
    return _move(order, Kind.RESERVE, Account.AVAILABLE, Account.RESERVED, amount)


def release(order: str, amount: Usd) -> Posting:
    """Give back, once, what an ended order did not use (LESSONS L24)."""
    return _move(order, Kind.RELEASE, Account.RESERVED, Account.AVAILABLE, amount)


def fill(cause: str, *, cost: Usd, fee: Usd, reserved: Usd) -> Posting:
    """A BUY fill turns reserved money into a position and a fee.

    `reserved` is what the order still holds aside. Whatever a fill costs beyond it comes out of
    `available`: the venue's word on what happened is recorded even where it exceeds our plan.
    """
    total = cost + fee
    from_reserved = min(total, reserved)
    entries = [
        Entry(account=Account.RESERVED, amount=-from_reserved),
        Entry(account=Account.POSITION, amount=cost),
    ]
    if fee:
        entries.append(Entry(account=Account.FEES, amount=fee))
    if total > from_reserved:
        entries.append(Entry(account=Account.AVAILABLE, amount=from_reserved - total))
    return Posting(cause=cause, kind=Kind.FILL, entries=tuple(entries))


def unfill(cause: str, *, cost: Usd, fee: Usd) -> Posting:
    """A fill that failed to settle gives back all it took (LESSONS L23)."""
    entries = [
        Entry(account=Account.POSITION, amount=-cost),
        Entry(account=Account.AVAILABLE, amount=cost + fee),
    ]
    if fee:
        entries.append(Entry(account=Account.FEES, amount=-fee))
    return Posting(cause=cause, kind=Kind.UNFILL, entries=tuple(entries))


def resolve(cause: str, *, cost: Usd, payout: Usd) -> Posting:
    """The market's outcome turns a position into its payout and a result.

    The cause is the order; of a fill that came after the outcome was booked, the fill.
    """
    entries = (
        Entry(account=Account.POSITION, amount=-cost),
        Entry(account=Account.SETTLING, amount=payout),
        Entry(account=Account.REALIZED_PNL, amount=cost - payout),
    )
    return Posting(cause=cause, kind=Kind.RESOLVE, entries=entries)


def unresolve(cause: str, *, cost: Usd, payout: Usd) -> Posting:
    """A fill that failed after the outcome was booked takes back its part of it (LESSONS L23)."""
    entries = (
        Entry(account=Account.POSITION, amount=cost),
        Entry(account=Account.SETTLING, amount=-payout),
        Entry(account=Account.REALIZED_PNL, amount=payout - cost),
    )
    return Posting(cause=cause, kind=Kind.UNRESOLVE, entries=entries)


def settle(cause: str, payout: Usd) -> Posting:
    """The cooldown is over: the payout can be used again."""
    return _move(cause, Kind.SETTLE, Account.SETTLING, Account.AVAILABLE, payout)


def unsettle(cause: str, payout: Usd) -> Posting:
    """A payout that was released, and was not ours after all, is no longer available."""
    return _move(cause, Kind.UNSETTLE, Account.AVAILABLE, Account.SETTLING, payout)


def _move(cause: str, kind: Kind, source: Account, target: Account, amount: Usd) -> Posting:
    entries = (Entry(account=source, amount=-amount), Entry(account=target, amount=amount))
    return Posting(cause=cause, kind=kind, entries=entries)
