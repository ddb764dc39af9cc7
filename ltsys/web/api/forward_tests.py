"""/api/ft: forward-test wallets and their virtual orders."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from ltsys.domain.ids import FtWalletId
from ltsys.ports.queries import FtOrderRow, Queries, WalletRow
from ltsys.web.api.asking import Own, Reader
from ltsys.web.api.lists import After, Limit, Listed, listed, named_place, timed_place
from ltsys.web.api.numbers import Count, Dollars, Moment, Name, PerShare, text
from ltsys.web.api.problems import NoSuchThingError, documented
from ltsys.web.market_link import market_url

router = APIRouter(prefix="/wallets", tags=["forward tests"])
WalletPath = Annotated[Name, Path(description="As the list shows it.", examples=["FT_SHARP"])]
Outcome = Literal["OPEN", "WON", "LOST", "VOID", "SOLD"]


class WalletShape(BaseModel):
    """A forward-test wallet and what it did so far."""

    wallet_id: str
    display_name: str
    is_active: bool
    problem: str | None = Field(description="Why it does not trade; null where it does.")
    leader_count: Count = Field(description="Traders that it follows.")
    leader_pool: str | None
    order_count: Count
    open_count: Count = Field(description="Of the orders: those without an outcome yet.")
    pnl_usd: Dollars = Field(description="Dollars over the orders with an outcome.")
    started_at: Moment


class FtOrderShape(BaseModel):
    """A virtual order."""

    ft_order_id: str
    wallet_id: str
    source_trade_id: str
    trader: str = Field(description="Address of the trader who was followed.")
    condition_id: str
    market_title: str
    market_url: str | None = Field(
        description="Its page on polymarket.com, or a search for its title; null without one."
    )
    token_label: str
    side: Literal["BUY", "SELL"]
    price_usd: PerShare = Field(description="Dollars a share, 0.3 % of slippage included.")
    size_usd: Dollars
    edge: str = Field(description="Probability less price, as decimal text.")
    outcome: Outcome
    pnl_usd: Dollars | None = Field(description="Dollars; null while it is open.")
    ordered_at: Moment
    resolved_at: Moment | None


@router.get("", responses=documented())
def list_wallets(
    _: Reader, queries: Own, request: Request, after: After = None, limit: Limit = 50
) -> Listed[WalletShape]:
    """Wallets that are yours or everybody's, by their ids."""
    return listed(queries.wallet_page(after=named_place(after), limit=limit), _wallet, request)


@router.get("/{wallet_id}", responses=documented(404))
def show_wallet(wallet_id: WalletPath, _: Reader, queries: Own) -> WalletShape:
    """One wallet."""
    return _wallet(_known(wallet_id, queries))


@router.get("/{wallet_id}/orders", responses=documented(404))
def list_ft_orders(
    wallet_id: WalletPath,
    _: Reader,
    queries: Own,
    request: Request,
    outcome: Annotated[Outcome | None, Query(description="Only these.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Listed[FtOrderShape]:
    """The virtual orders of a wallet, newest first."""
    known = _known(wallet_id, queries)
    page = queries.ft_order_page(
        known.wallet_id, outcome=outcome, after=timed_place(after), limit=limit
    )
    return listed(page, _order, request)


def _known(wallet_id: str, queries: Queries) -> WalletRow:
    found = queries.ft_wallet(FtWalletId(wallet_id))
    if found is None:
        raise NoSuchThingError(f"there is no FT wallet {wallet_id}")
    return found


def _wallet(row: WalletRow) -> WalletShape:
    return WalletShape(
        wallet_id=row.wallet_id,
        display_name=row.display_name,
        is_active=row.is_active,
        problem=row.problem,
        leader_count=row.leader_count,
        leader_pool=row.leader_pool,
        order_count=row.order_count,
        open_count=row.open_count,
        pnl_usd=text(row.pnl),
        started_at=row.started_at,
    )


def _order(row: FtOrderRow) -> FtOrderShape:
    return FtOrderShape.model_validate(
        {
            "ft_order_id": row.ft_order_id,
            "wallet_id": row.wallet_id,
            "source_trade_id": row.source_trade_id,
            "trader": row.trader,
            "condition_id": row.condition_id,
            "market_title": row.title,
            "market_url": market_url(row),
            "token_label": row.token_label,
            "side": row.side,
            "price_usd": text(row.price),
            "size_usd": text(row.size),
            "edge": text(row.edge),
            "outcome": row.outcome,
            "pnl_usd": text(row.pnl),
            "ordered_at": row.ordered_at,
            "resolved_at": row.resolved_at,
        }
    )
