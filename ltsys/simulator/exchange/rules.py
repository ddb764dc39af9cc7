"""What the venue checks about an order before it looks at the book (VENUE §5, §6)."""

from ltsys.simulator.exchange.eip712 import exchange_domain, order_signer, signing_hash, struct_hash
from ltsys.simulator.exchange.envelope import Envelope
from ltsys.simulator.exchange.keys import ApiKey
from ltsys.simulator.units import ONE, human
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

GTD_MIN_AHEAD_S = 180
GTD_EARLY_S = 60
_CENT = 10_000
_FOUR_DECIMALS = 100


def proven_order_id(envelope: Envelope, market: Market, key: ApiKey) -> str:
    """The order's hash, once owner, signer and signature agree with the API key."""
    signed = envelope.signed
    if envelope.owner != key.key:
        text = "the order owner has to be the owner of the API KEY"
        raise VenueError(400, text, kind="owner")
    if signed.signature_type != 3 and signed.signer != key.address:
        text = "the order signer address has to be the address of the API KEY"
        raise VenueError(400, text, kind="signer")
    domain, contents = exchange_domain(neg_risk=market.neg_risk), struct_hash(signed)
    order_id = "0x" + signing_hash(domain, contents).hex()
    is_own_wallet = signed.signature_type not in {0, 3} or signed.maker == signed.signer
    recovered = order_signer(signed, contents, domain, envelope.signature)
    if recovered != key.address or not is_own_wallet:
        raise _invalid(order_id, "invalid signature", "signature")
    return order_id


def check_lifetime(envelope: Envelope, order_id: str, now: float) -> None:
    """GTD needs a second well ahead, every other type none (VENUE §5.2)."""
    if envelope.order_type == "GTD":
        is_valid = envelope.expiration >= now + GTD_MIN_AHEAD_S
    else:
        is_valid = envelope.expiration == 0
    if not is_valid:
        raise _invalid(order_id, "invalid expiration", "expiration")
    if envelope.post_only and envelope.order_type in {"FOK", "FAK"}:
        text = "invalid post-only order: only GTC and GTD orders can be post-only"
        raise VenueError(400, text, kind="post_only")


def price_on_tick(envelope: Envelope, order_id: str, market: Market) -> int:
    """The price that the amounts stand for; it must lie on the grid.

    Builders cut amounts to four decimals, so the dollars may be off by that much.
    """
    usd, shares = _usd_and_shares(envelope)
    price = (2 * usd * ONE + shares * market.tick) // (2 * shares * market.tick) * market.tick
    slack = max(_FOUR_DECIMALS, _FOUR_DECIMALS * price // ONE)
    off = abs(usd * ONE - price * shares)
    if not market.tick <= price <= ONE - market.tick or off > slack * ONE:
        shown = human(usd * ONE // shares)
        detail = f"Price ({shown}) breaks minimum tick size rule: {human(market.tick)}"
        raise _invalid(order_id, detail, "tick")
    return price


def check_size(envelope: Envelope, order_id: str, market: Market) -> None:
    """Resting types have a minimum in shares, immediate ones a precision (VENUE §4.5, §5.2)."""
    _, shares = _usd_and_shares(envelope)
    if envelope.order_type in {"GTC", "GTD"}:
        if shares < market.min_size:
            detail = f"Size ({human(shares)}) lower than the minimum: {human(market.min_size)}"
            raise _invalid(order_id, detail, "min_size")
        return
    signed = envelope.signed
    if signed.maker_amount % _CENT or signed.taker_amount % _FOUR_DECIMALS:
        side = "buy" if envelope.is_buy else "sell"
        text = (
            f"invalid amounts, the market {side} orders maker amount supports a max accuracy of "
            "2 decimals, taker amount a max of 4 decimals"
        )
        raise VenueError(400, text, kind="precision")


def check_marketable_minimum(envelope: Envelope) -> None:
    """A BUY that trades at once must be worth a dollar (VENUE §5.2)."""
    amount = envelope.signed.maker_amount
    if envelope.is_buy and amount < ONE:
        text = f"invalid amount for a marketable BUY order (${human(amount)}), min size: $1"
        raise VenueError(400, text, kind="min_dollar")


def duplicated(order_id: str) -> VenueError:
    """The venue has seen this hash, whatever became of it (VENUE §3.3)."""
    return _invalid(order_id, "Duplicated.", "duplicated")


def not_enough(balance: int, amount: int) -> VenueError:
    """Cash or shares do not cover the order."""
    text = f"not enough balance / allowance: balance: {balance}, order amount: {amount}"
    return VenueError(400, text, kind="balance")


def no_orderbook(condition_id: str) -> VenueError:
    """The market is closed or was never there."""
    return VenueError(400, f"the orderbook {condition_id} does not exist", kind="no_orderbook")


def killed(envelope: Envelope, order_id: str) -> VenueError:
    """Nothing, or for a FOK not everything, could be had at once; the hash is burnt."""
    if envelope.order_type == "FOK":
        text = "order couldn't be fully filled. FOK orders are fully filled or killed."
        return VenueError(400, text, kind="fok_killed", extra={"orderID": order_id})
    text = (
        "no orders found to match with FAK order. FAK orders are partially filled or killed "
        "if no match is found."
    )
    return VenueError(400, text, kind="fak_killed", extra={"orderID": order_id})


def would_cross(order_id: str) -> VenueError:
    """A post-only order may not take."""
    detail = "invalid post-only order: order crosses book"
    return VenueError(400, detail, kind="post_only", extra={"orderID": order_id})


def _invalid(order_id: str, detail: str, kind: str) -> VenueError:
    return VenueError(400, f"order {order_id} is invalid. {detail}", kind=kind)


def _usd_and_shares(envelope: Envelope) -> tuple[int, int]:
    amounts = envelope.signed.maker_amount, envelope.signed.taker_amount
    return amounts if envelope.is_buy else (amounts[1], amounts[0])
