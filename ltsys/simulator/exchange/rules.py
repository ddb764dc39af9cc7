"""What the venue checks about an order before it looks at the book (VENUE §5, §6)."""

from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.exchange.eip712 import exchange_domain, order_signer, signing_hash, struct_hash
from ltsys.simulator.exchange.envelope import Envelope
from ltsys.simulator.exchange.order import IMMEDIATE, Order
from ltsys.simulator.units import ONE, human
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

GTD_MIN_AHEAD_S = 180
_CENT = 10_000
_FOUR_DECIMALS = 100


def proven_order_id(envelope: Envelope, market: Market, key: ApiKey) -> str:
    """The order's hash, once owner, signer and signature agree with the API key.

    The text for a signature of somebody else, or for another exchange, is a guess.
    """
    signed = envelope.signed
    if envelope.owner != key.key:
        text = "the order owner has to be the owner of the API KEY"
        raise VenueError(400, text, kind="owner")
    if signed.signature_type != 3 and signed.signer != key.address:
        text = "the order signer address has to be the address of the API KEY"
        raise VenueError(400, text, kind="signer")
    domain = exchange_domain(signed.token_id, neg_risk=market.neg_risk)
    contents = struct_hash(signed)
    order_id = "0x" + signing_hash(domain, contents).hex()
    is_own_wallet = signed.signature_type not in {0, 3} or signed.maker == signed.signer
    recovered = order_signer(signed, contents, domain, envelope.signature)
    if recovered != key.address or not is_own_wallet:
        raise _invalid(order_id, "invalid signature", "signature")
    return order_id


def check_open(market: Market, now: float) -> None:
    """The market takes orders from its opening to its end (VENUE §6)."""
    if now < market.opens_at:
        text = "the market is not yet ready to process new orders"
        raise VenueError(400, text, kind="not_ready")
    if not market.is_open(now):
        raise no_orderbook(market.condition_id)


def check_lifetime(envelope: Envelope, now: float) -> None:
    """GTD needs a second well ahead, every other type none (VENUE §5.2).

    The time of creation has taken the nonce's place; that without one the old text comes
    is a guess, as is the text about post-only types.
    """
    if not envelope.signed.timestamp:
        raise VenueError(400, "invalid nonce", kind="nonce")
    if envelope.order_type == "GTD":
        is_valid = envelope.expiration >= now + GTD_MIN_AHEAD_S
    else:
        is_valid = envelope.expiration == 0
    if not is_valid:
        raise VenueError(400, "invalid expiration", kind="expiration")
    if envelope.post_only and envelope.order_type in IMMEDIATE:
        text = "invalid post-only order: only GTC and GTD orders can be post-only"
        raise VenueError(400, text, kind="post_only")


def price_on_tick(envelope: Envelope, order_id: str, tick: int) -> int:
    """The price that the amounts stand for; it must lie on the grid.

    Builders cut the taker's amount to four decimals, so it may fall short by that much. Never
    may it be over: then the price would be worse for the signer than what he signed. That
    the text about amounts is for this is a guess.
    """
    usd, shares = _usd_and_shares(envelope)
    price = (2 * usd * ONE + shares * tick) // (2 * shares * tick) * tick
    slack = max(_FOUR_DECIMALS, _FOUR_DECIMALS * price // ONE)
    short = usd * ONE - price * shares
    if not envelope.is_buy:
        short = -short
    if not tick <= price <= ONE - tick or abs(short) > slack * ONE:
        shown = human(usd * ONE // shares)
        detail = f"Price ({shown}) breaks minimum tick size rule: {human(tick)}"
        raise _invalid(order_id, detail, "tick")
    if short < 0:
        raise _wrong_taker_amount(envelope, price)
    return price


def check_size(envelope: Envelope, order_id: str, market: Market) -> None:
    """Resting types have a minimum in shares, immediate ones a precision (VENUE §4.5, §5.2)."""
    _, shares = _usd_and_shares(envelope)
    if envelope.order_type not in IMMEDIATE:
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


def not_allowed(allowance: int, amount: int) -> VenueError:
    """The exchange contract may not take so much; the numbers' form is a guess."""
    text = f"not enough balance / allowance: allowance: {allowance}, order amount: {amount}"
    return VenueError(400, text, kind="allowance")


def kill_reason(order_type: str) -> str:
    """Nothing, or for a FOK not everything, could be had at once."""
    if order_type == "FOK":
        return "order couldn't be fully filled. FOK orders are fully filled or killed."
    return (
        "no orders found to match with FAK order. FAK orders are partially filled or killed "
        "if no match is found."
    )


def killed(order: Order) -> VenueError:
    """The refusal of an order that could not be had at once; its hash is burnt."""
    kind = f"{order.order_type.lower()}_killed"
    return VenueError(400, order.reason, kind=kind, extra={"orderID": order.order_id})


def would_cross(order_id: str) -> VenueError:
    """A post-only order may not take."""
    detail = "invalid post-only order: order crosses book"
    return VenueError(400, detail, kind="post_only", extra={"orderID": order_id})


def _invalid(order_id: str, detail: str, kind: str) -> VenueError:
    return VenueError(400, f"order {order_id} is invalid. {detail}", kind=kind)


def _wrong_taker_amount(envelope: Envelope, price: int) -> VenueError:
    maker = envelope.signed.maker_amount
    wanted = maker * ONE // price if envelope.is_buy else maker * price // ONE
    text = (
        f"invalid amounts, the taker amount for a ${human(price)} order of size {human(maker)} "
        f"should be '{human(wanted)}'"
    )
    return VenueError(400, text, kind="amounts")


def _usd_and_shares(envelope: Envelope) -> tuple[int, int]:
    amounts = envelope.signed.maker_amount, envelope.signed.taker_amount
    return amounts if envelope.is_buy else (amounts[1], amounts[0])
