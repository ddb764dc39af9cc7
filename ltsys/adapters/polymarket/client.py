"""Our account at Polymarket: the Venue port over its CLOB (VENUE §5–§10)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from ltsys.adapters.polymarket.auth import RequestSigner
from ltsys.adapters.polymarket.failures import (
    cancel_failure,
    is_object,
    post_answer,
    read_text,
)
from ltsys.adapters.polymarket.http import Answer, Http, Params
from ltsys.adapters.polymarket.translate import (
    Ourselves,
    balance_of,
    condition_of,
    fills_of,
    order_of,
    own_fills_of,
)
from ltsys.adapters.polymarket.wire import (
    Balance,
    CanceledOrders,
    OrderRow,
    OrdersPage,
    Page,
    TradesPage,
    Version,
    parse,
)
from ltsys.domain.errors import MalformedAnswerError, OutcomeUnknownError
from ltsys.domain.ids import ConditionId, TokenId, VenueOrderId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.venue import (
    CancelAnswer,
    PostAnswer,
    SignedOrder,
    VenueBalance,
    VenueFill,
    VenueOrder,
)
from ltsys.ports import Clock

_ORDER = "/order"
_LAST_CURSOR = "LTE="
_MAX_PAGES = 1000
_SINCE_MARGIN = timedelta(seconds=60)
P = TypeVar("P", bound=Page)


class PolymarketVenue:
    """Posts, asks and cancels for one API key. Nothing here retries.

    `signature_type` tells the venue whose balance is meant; a wrong one silently shows another
    wallet's zero (VENUE §10). `funder` is the wallet that pays, the signer's own if empty.
    """

    def __init__(
        self,
        http: Http,
        clob_url: str,
        signer: RequestSigner,
        clock: Clock,
        *,
        signature_type: int,
        funder: str = "",
    ) -> None:
        self._http = http
        self._base = clob_url.rstrip("/")
        self._signer = signer
        self._clock = clock
        self._signature_type = signature_type
        self._ourselves = Ourselves(owner=signer.owner, wallet=funder or signer.address)

    def post(self, signed: SignedOrder) -> PostAnswer:
        """Offer the order, once; the venue's id for it is checked against ours (VENUE §3.5)."""
        body = json.dumps(signed.envelope, separators=(",", ":"), ensure_ascii=False)
        headers = self._headers("POST", _ORDER, body)
        answer = self._http.write("POST", self._base + _ORDER, headers=headers, body=body)
        return post_answer(answer, signed)

    def order(self, order_id: VenueOrderId, *, expected: Shares | None = None) -> VenueOrder | None:
        """None says "not found", which is no proof of absence (LESSONS L05).

        `expected`, our own size of the order, settles the unit of the venue's sizes.
        """
        answer = self._read(f"/data/order/{order_id}")
        if answer.status == 404 and is_object(answer):
            return None
        text = read_text(answer)
        if text.strip() == "null":
            return None
        return order_of(parse(OrderRow, text), order_id, expected)

    def fills(
        self, order_id: VenueOrderId, condition_id: ConditionId, since: datetime
    ) -> tuple[VenueFill, ...]:
        """All pages; a page that cannot be had fails the whole (LESSONS L54).

        The venue has no filter by order, so the market's trades of our key are searched, from a
        minute before `since`: its clock and ours differ.
        """
        filters: Params = (("market", condition_id), _after(since))
        fills: list[VenueFill] = []
        for page in self._pages(TradesPage, "/data/trades", filters):
            for row in page.data:
                if condition_of(row.market) != condition_id:
                    raise MalformedAnswerError(
                        f"asked for trades of {condition_id}, answered one of {row.market}"
                    )
                fills.extend(fills_of(row, order_id))
        return tuple(fills)

    def open_orders(self) -> tuple[VenueOrder, ...]:
        """All pages; a page that cannot be had fails the whole (LESSONS L54)."""
        return tuple(
            order_of(row, VenueOrderId(row.id.lower()), None)
            for page in self._pages(OrdersPage, "/data/orders")
            for row in page.data
        )

    def trades(self, since: datetime) -> tuple[VenueFill, ...]:
        """Our part of every trade of our key, all pages; asked for from a minute before."""
        parts = (
            fill
            for page in self._pages(TradesPage, "/data/trades", (_after(since),))
            for row in page.data
            for fill in own_fills_of(row, self._ourselves)
        )
        # a trade that comes in while pages are read moves others to the next page, once more
        listed = {(fill.trade_id, fill.order_id): fill for fill in parts}
        return tuple(fill for fill in listed.values() if fill.matched_at >= since)

    def cancel(self, order_id: VenueOrderId) -> CancelAnswer:
        """A 200 may still say "not canceled": the body decides (VENUE §7)."""
        body = json.dumps({"orderID": order_id}, separators=(",", ":"))
        return _cancel_answer(self._delete(_ORDER, body), order_id)

    def cancel_all(self) -> Mapping[VenueOrderId, CancelAnswer]:
        """What is not named in the answer was not open, or came later (VENUE §7)."""
        said = self._delete("/cancel-all", None)
        done = {name: CancelAnswer(is_canceled=True, reason="") for name in said.canceled}
        kept = {
            name: CancelAnswer(is_canceled=False, reason=reason)
            for name, reason in said.not_canceled.items()
        }
        return {VenueOrderId(name.lower()): answer for name, answer in {**done, **kept}.items()}

    def _delete(self, path: str, body: str | None) -> CanceledOrders:
        headers = self._headers("DELETE", path, body or "")
        answer = self._http.write("DELETE", self._base + path, headers=headers, body=body)
        if answer.status != 200:
            cancel_failure(answer)
        try:
            return parse(CanceledOrders, answer.text)
        except MalformedAnswerError as error:
            raise OutcomeUnknownError(f"the answer to a cancel was {error}") from error

    def balance(self) -> VenueBalance:
        """Cash that the venue shows for our wallet."""
        return VenueBalance(cash=Usd(balance_of(self._balance("COLLATERAL"))))

    def shares(self, token_id: TokenId) -> Shares:
        """Shares of a token that the venue shows for our wallet."""
        return Shares(balance_of(self._balance("CONDITIONAL", ("token_id", token_id))))

    def version(self) -> int:
        return protocol_version(self._http, self._base)

    def _balance(self, asset_type: str, *more: tuple[str, str]) -> str:
        params: Params = (
            ("asset_type", asset_type),
            *more,
            ("signature_type", str(self._signature_type)),
        )
        return parse(Balance, read_text(self._read("/balance-allowance", params))).balance

    def _pages(self, shape: type[P], path: str, filters: Params = ()) -> Iterator[P]:
        cursor, cursors = "MA==", set[str]()
        while cursor != _LAST_CURSOR:
            if cursor in cursors or len(cursors) >= _MAX_PAGES:
                raise MalformedAnswerError(f"the pages of {path} do not end: {len(cursors)} read")
            cursors.add(cursor)
            page = parse(shape, read_text(self._read(path, (*filters, ("next_cursor", cursor)))))
            yield page
            cursor = page.next_cursor

    def _read(self, path: str, params: Params = ()) -> Answer:
        headers = self._headers("GET", path, "")
        return self._http.read(self._base + path, params=params, headers=headers)

    def _headers(self, method: str, path: str, body: str) -> dict[str, str]:
        """Dated by this machine: a proof of being recent is none of a simulated time's business."""
        wall_s = int(self._clock.wall().timestamp())
        return self._signer.headers(method, path, body, timestamp_s=wall_s)


def protocol_version(http: Http, clob_url: str) -> int:
    """The protocol version the venue speaks (VENUE §4.2). Raises VenueUnavailableError."""
    answer = http.read(f"{clob_url.rstrip('/')}/version")
    return parse(Version, read_text(answer)).version


def _after(since: datetime) -> tuple[str, str]:
    """Its clock and ours differ."""
    return "after", str(int((since - _SINCE_MARGIN).timestamp()))


def _cancel_answer(said: CanceledOrders, order_id: VenueOrderId) -> CancelAnswer:
    wanted = order_id.lower()
    if wanted in map(str.lower, said.canceled):
        return CancelAnswer(is_canceled=True, reason="")
    reasons = {name.lower(): reason for name, reason in said.not_canceled.items()}
    if wanted not in reasons:
        raise OutcomeUnknownError(f"the answer to a cancel does not name order {order_id}")
    return CancelAnswer(is_canceled=False, reason=reasons[wanted])
