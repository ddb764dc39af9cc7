"""What changed rules would have decided in the last days, and what that would have brought."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ltsys.domain.decision import case_of, verdict_of
from ltsys.domain.denial import Denial
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.rule_values import Changes
from ltsys.domain.what_if import Compared, Kind, Past, what_if
from ltsys.ports import Clock
from ltsys.ports.decisions import KeptDecision
from ltsys.ports.store import Store

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Kept decisions since then, as they were and as they would be."""

    strategy_id: StrategyId
    since: datetime
    changes: Changes
    rows: tuple[Compared, ...]
    unreadable_count: int
    """Kept by another version of the code; left out."""

    @property
    def counts(self) -> Mapping[Kind, int]:
        counted = Counter(row.kind for row in self.rows)
        return {kind: counted[kind] for kind in Kind}

    @property
    def allowed_before(self) -> int:
        return sum(not isinstance(row.was, Denial) for row in self.rows)

    @property
    def allowed_after(self) -> int:
        after = [row for row in self.rows if row.would_be is not None]
        return sum(not isinstance(row.would_be, Denial) for row in after)

    @property
    def effect(self) -> Usd:
        """Of all whose results are known, fees included; the others are counted beside it."""
        return sum((row.effect for row in self.rows if row.effect is not None), ZERO_USD)

    @property
    def unresolved_count(self) -> int:
        """Decisions whose effect is not known yet (LESSONS L42)."""
        return sum(row.effect is None for row in self.rows)

    @property
    def by_code_count(self) -> int:
        """Those that today's code would decide otherwise under the rules as they were."""
        return sum(row.is_by_code for row in self.rows)


def preview_risk(
    strategy_id: StrategyId, changes: Changes, *, days: int, store: Store, clock: Clock
) -> Preview:
    """Nothing is changed. Raises RefusedError where nothing is kept of the strategy since then."""
    since = clock.now() - timedelta(days=days)
    unreadable: list[int] = []
    pasts = _readable(_pages(strategy_id, since, store), unreadable.append)
    rows = tuple(what_if(pasts, changes))
    if not rows:
        raise RefusedError(
            f"no decision of {strategy_id} since {since:%Y-%m-%d %H:%M} UTC can be read: "
            f"{len(unreadable)} are kept by other versions of the code"
        )
    return Preview(
        strategy_id=strategy_id,
        since=since,
        changes=changes,
        rows=rows,
        unreadable_count=len(unreadable),
    )


def _pages(strategy_id: StrategyId, since: datetime, store: Store) -> Iterator[KeptDecision]:
    place = since, 0
    while True:
        with store.reading() as tx:
            page = tx.decisions_after(strategy_id, place, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        place = page[-1].decided_at, page[-1].decision_id


def _readable(rows: Iterator[KeptDecision], refuse: Callable[[int], None]) -> Iterator[Past]:
    for row in rows:
        try:
            case, verdict = case_of(row.text), verdict_of(row.text)
        except ValueError:
            refuse(row.decision_id)
            continue
        yield Past(
            lt_order_id=row.lt_order_id,
            attempt=row.attempt,
            case=case,
            verdict=verdict,
            after=row.aftermath,
            has_fills=row.is_newest and row.text.is_plan,
        )
