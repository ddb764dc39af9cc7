"""Our side of a comparison with the venue, and what came of each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import FillRow, OrderRow
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import Address, TokenId, VenueOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Usd
from ltsys.domain.order import WORKING, OrderStatus
from ltsys.domain.reconciliation import (
    BookedFill,
    BookedOrder,
    Books,
    FindingKey,
    Holding,
    Reconciliation,
    Result,
    Span,
)
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import FillStatus
from ltsys.ports.reconciliation import KeptFinding, KeptReconciliation, Scope

_AT_REST = frozenset({OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_ZERO = Decimal(0)
_PAYOUTS = {FtOutcome.WON: Decimal(1), FtOutcome.VOID: Decimal("0.5")}


class ReconciliationRecords(Session):
    """`ltsys.ports.reconciliation.ReconciliationStore`."""

    def wallet_books(self, scope: Scope) -> Books:
        counted = [(row, order) for row, order in self._fills(scope) if _may_count(row, scope)]
        at_work = [order for order in self._posted(scope) if order.status in WORKING]
        settled = [row for row, _ in counted if _is_settled(row, scope)]
        reserved = sum((order.reserved.amount for order in at_work), _ZERO)
        bought = _bought(counted)
        holdings = self._holdings(scope, counted, at_work)
        listed = tuple(h for h in holdings if self._is_listed(h, bought[h.token_id], scope))
        return Books(
            orders=dict(self._orders(scope)),
            fills=tuple(_booked(row, scope) for row, _ in self._fills(scope) if _is_in(row, scope)),
            holdings=listed,
            spent=Span(
                least=_dollars(settled), most=_dollars(row for row, _ in counted) + reserved
            ),
            redeemed=sum(
                (bought[h.token_id] * (h.payout or 0) for h in holdings if h not in listed),
                _ZERO,
            ),
        )

    def _fills(self, scope: Scope) -> Iterator[tuple[FillRow, LiveOrder]]:
        """Of the wallet, as long as the venue may know them."""
        for row in self._tables.lt_fills.values():
            order = self._tables.lt_orders[row.lt_order_id].order
            is_known = row.recorded_at >= (scope.posted_since or _ALWAYS)
            if order is not None and is_known and self._is_real(order, scope):
                yield row, order

    def _posted(self, scope: Scope) -> Iterator[LiveOrder]:
        for row in self._tables.lt_orders.values():
            envelope = self._tables.orders.get(_newest(row))
            if row.order is None or envelope is None:
                continue
            is_known = envelope.prepared_at >= (scope.posted_since or _ALWAYS)
            if is_known and self._is_real(row.order, scope):
                yield row.order

    def _is_real(self, order: LiveOrder, scope: Scope) -> bool:
        """Of the wallet, and not only on paper: the venue knows no shadow order (LESSONS L36)."""
        strategy = self._tables.lt_strategies[order.strategy_id].strategy
        return strategy.wallet_address == scope.wallet and order.mode is not Mode.SHADOW

    def _orders(self, scope: Scope) -> Iterator[tuple[VenueOrderId, BookedOrder]]:
        resting = {order.order_id for order in self._posted(scope) if order.status in _AT_REST}
        for order_id, envelope in self._tables.orders.items():
            if order_id not in resting and order_id not in scope.orders:
                continue
            row = self._tables.lt_orders[envelope.lt_order_id]
            if row.mode is Mode.SHADOW:
                continue
            yield (
                order_id,
                BookedOrder(
                    lt_order_id=envelope.lt_order_id,
                    status=row.status,
                    is_newest=order_id == _newest(row),
                    is_young=row.updated_at > scope.settled_before,
                    is_parked=row.parked_at is not None,
                ),
            )

    def _holdings(
        self, scope: Scope, counted: list[tuple[FillRow, LiveOrder]], at_work: list[LiveOrder]
    ) -> list[Holding]:
        working = {order.token_id for order in at_work}
        by_token: defaultdict[TokenId, list[tuple[FillRow, LiveOrder]]] = defaultdict(list)
        for row, order in counted:
            by_token[order.token_id].append((row, order))
        conditions = {
            order.token_id: order.condition_id
            for order in (*at_work, *(order for _, order in counted))
        }
        return [
            Holding(
                token_id=token,
                condition_id=conditions[token],
                bought=Span(
                    least=_shares(r for r, _ in by_token[token] if _is_settled(r, scope)),
                    most=None if token in working else _shares(r for r, _ in by_token[token]),
                ),
                payout=_payout([order for _, order in by_token[token]]),
            )
            for token in sorted(conditions)
        ]

    def _is_listed(self, holding: Holding, bought: Decimal, scope: Scope) -> bool:
        if holding.bought.most is None or holding.payout is None:
            return True
        noted = self._tables.redeemed_tokens.get((scope.wallet, holding.token_id))
        waits = bool(holding.payout) and noted != bought
        return waits or holding.token_id in scope.tokens

    def first_launch(self, wallet: Address) -> datetime | None:
        strategies = [row.strategy for row in self._tables.lt_strategies.values()]
        launches = [each.launched_at for each in strategies if each.wallet_address == wallet]
        return min(launches, default=None)

    def lock_wallet(self, wallet: Address) -> None:
        """One transaction runs at a time anyway."""

    def note_collateral(self, wallet: Address, cash: Usd, *, read_at: datetime) -> None:
        row = self._tables.wallets.get(wallet)
        if row is None or (row.collateral_at is not None and row.collateral_at > read_at):
            return
        self._tables.wallets[wallet] = replace(row, collateral=cash, collateral_at=read_at)

    def save_reconciliation(self, reconciliation: Reconciliation) -> int:
        kept = self._tables.reconciliations
        made = 1 + max((each.reconciliation_id for each in kept), default=0)
        first = 1 + max((f.finding_id for each in kept for f in each.findings), default=0)
        findings = tuple(
            KeptFinding(
                finding_id=first + number,
                finding=finding,
                acknowledged_at=None,
                acknowledged_by=None,
                acknowledged_because=None,
            )
            for number, finding in enumerate(reconciliation.findings)
        )
        kept.append(
            KeptReconciliation(
                reconciliation_id=made, reconciliation=reconciliation, findings=findings
            )
        )
        return made

    def last_reconciliation(
        self, wallet: Address, results: Collection[Result], *, since: datetime | None = None
    ) -> KeptReconciliation | None:
        for each in reversed(self._of(wallet, since)):
            if each.reconciliation.result in results:
                return each
        return None

    def _of(self, wallet: Address, since: datetime | None) -> list[KeptReconciliation]:
        return [
            each
            for each in self._tables.reconciliations
            if each.reconciliation.wallet == wallet
            and each.reconciliation.started_at >= (since or _ALWAYS)
        ]

    def finding(self, finding_id: int) -> tuple[Address, KeptFinding] | None:
        for each in self._tables.reconciliations:
            for finding in each.findings:
                if finding.finding_id == finding_id:
                    return each.reconciliation.wallet, finding
        return None

    def acknowledge(self, finding_id: int, *, by: str, reason: str) -> None:
        known = self.finding(finding_id)
        if known is None or known[1].acknowledged_at is not None:
            self._not_found(f"open finding {finding_id}")
            return
        said = replace(
            known[1],
            acknowledged_at=self._clock.wall(),
            acknowledged_by=by,
            acknowledged_because=reason,
        )
        self._tables.reconciliations = [
            replace(each, findings=tuple(said if f == known[1] else f for f in each.findings))
            for each in self._tables.reconciliations
        ]

    def accepted(
        self, wallet: Address, *, since: datetime | None = None
    ) -> Mapping[FindingKey, Decimal]:
        totals: defaultdict[FindingKey, Decimal] = defaultdict(Decimal)
        for each in self._of(wallet, since):
            for kept in each.findings:
                if kept.acknowledged_at is not None:
                    totals[kept.finding.name] += kept.finding.difference or _ZERO
        return dict(totals)

    def note_redeemed(self, wallet: Address, holdings: Iterable[Holding]) -> None:
        for holding in holdings:
            self._tables.redeemed_tokens[wallet, holding.token_id] = holding.bought.least

    def forget_reconciliations(self, wallet: Address, *, before: datetime) -> None:
        self._tables.reconciliations = [
            each
            for each in self._tables.reconciliations
            if each.findings
            or each.reconciliation.wallet != wallet
            or each.reconciliation.ended_at >= before
        ]


def _newest(row: OrderRow) -> VenueOrderId:
    """No order of the venue has the empty name."""
    return (row.order.order_id if row.order else None) or VenueOrderId("")


def _may_count(row: FillRow, scope: Scope) -> bool:
    """One that just failed may still be in the venue's balances."""
    return row.fill.status is not FillStatus.FAILED or row.updated_at > scope.settled_before


def _is_settled(row: FillRow, scope: Scope) -> bool:
    return row.fill.status is FillStatus.CONFIRMED and row.updated_at <= scope.settled_before


def _is_in(row: FillRow, scope: Scope) -> bool:
    return row.fill.venue.matched_at >= scope.matched_since


def _booked(row: FillRow, scope: Scope) -> BookedFill:
    venue = row.fill.venue
    return BookedFill(
        lt_order_id=row.lt_order_id,
        order_id=venue.order_id,
        trade_id=venue.trade_id,
        status=venue.status,
        shares=venue.shares,
        cost=row.fill.cost,
        is_young=row.updated_at > scope.settled_before,
    )


def _bought(counted: Iterable[tuple[FillRow, LiveOrder]]) -> Mapping[TokenId, Decimal]:
    """Shares by token, without those of fills that failed."""
    totals: defaultdict[TokenId, Decimal] = defaultdict(Decimal)
    for row, order in counted:
        if row.fill.status is not FillStatus.FAILED:
            totals[order.token_id] += row.fill.venue.shares.count
    return totals


def _dollars(rows: Iterable[FillRow]) -> Decimal:
    return sum(((row.fill.cost + row.fill.fee).amount for row in rows), _ZERO)


def _shares(rows: Iterable[FillRow]) -> Decimal:
    return sum((row.fill.venue.shares.count for row in rows), _ZERO)


def _payout(orders: Collection[LiveOrder]) -> Decimal | None:
    """Dollars a share, once no order of the token is open any more."""
    if not orders or any(order.outcome is FtOutcome.OPEN for order in orders):
        return None
    return max(_PAYOUTS.get(order.outcome, _ZERO) for order in orders)
