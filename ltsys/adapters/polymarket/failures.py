"""What an answer means for what we may do next, by the venue's table of errors (VENUE §6).

When in doubt, unknown: only a documented refusal is a refusal (LESSONS L03).
"""

from typing import NoReturn

from ltsys.adapters.polymarket.http import Answer, seconds
from ltsys.adapters.polymarket.translate import matched_at_once
from ltsys.adapters.polymarket.wire import ErrorAnswer, PostedOrder, parse, parse_object
from ltsys.domain.errors import (
    MalformedAnswerError,
    OutcomeUnknownError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ids import VenueOrderId
from ltsys.domain.venue import (
    Accepted,
    AcceptedStatus,
    AlreadySeen,
    Killed,
    PostAnswer,
    SignedOrder,
)

_STATUSES = {status.value: status for status in AcceptedStatus}
_SHOWN_CHARACTERS = 300

_SEEN = ("duplicated", "already exists")
_KILLED = (
    "no orders found to match with fak",
    "couldn't be fully filled",
    "fok_order_not_filled",
)
_LATER = (
    "not yet ready to process new orders",
    "market_not_ready",
    "post-only mode",
    "post_only_mode",
    "cancel-only",
    "trading is currently disabled",
    "trading is disabled",
    "too many requests",
)
_ASK = (
    "match delayed due to market conditions",
    "order_delayed",
    "delaying_order",
    "context canceled",
    "could not insert order",
    "could not run the execution",
    "execution_error",
)
_REJECTED = (
    ("not enough balance", "NOT_ENOUGH_BALANCE"),
    ("not_enough_balance", "NOT_ENOUGH_BALANCE"),
    ("insufficient balance", "NOT_ENOUGH_BALANCE"),
    ("minimum tick size", "TICK_SIZE"),
    ("min_tick_size", "TICK_SIZE"),
    ("lower than the minimum", "MIN_SIZE"),
    ("order_min_size", "MIN_SIZE"),
    ("invalid amount for a marketable", "MIN_NOTIONAL"),
    ("invalid amounts", "INVALID_AMOUNTS"),
    ("crosses the book", "POST_ONLY_CROSSES"),
    ("crosses book", "POST_ONLY_CROSSES"),
    ("invalid_post_only_order", "POST_ONLY_CROSSES"),
    ("order_version_mismatch", "VERSION_MISMATCH"),
    ("owner has to be the owner of the api key", "WRONG_API_KEY"),
    ("has to be the address of the api key", "WRONG_API_KEY"),
    ("address banned", "ADDRESS_BANNED"),
    ("closed only mode", "CLOSED_ONLY"),
    ("maker address not allowed", "MAKER_NOT_ALLOWED"),
    ("invalid nonce", "INVALID_NONCE"),
    ("invalid expiration", "INVALID_EXPIRATION"),
    ("invalid_order_expiration", "INVALID_EXPIRATION"),
    ("canceled in the ctf exchange contract", "CANCELED_ON_CHAIN"),
    ("the orderbook", "NO_ORDERBOOK"),
    ("too many orders in payload", "TOO_MANY_ORDERS"),
    ("signature", "INVALID_SIGNATURE"),
    ("invalid order payload", "INVALID_PAYLOAD"),
)


def post_answer(answer: Answer, signed: SignedOrder) -> PostAnswer:
    """What POST /order said of this order.

    Raises VenueRejectedError, VenueUnavailableError, OutcomeUnknownError.
    """
    match answer.status:
        case 200:
            return _accepted(answer, signed)
        case 425 | 429:
            raise unavailable(answer)
        case 503 if is_object(answer):
            raise unavailable(answer)
        case 400 if is_object(answer):
            return _refused(error_text(answer), code="OTHER")
        case 401:
            raise VenueRejectedError("UNAUTHORIZED", _shown(answer))
        case 403:
            return _forbidden(answer)
        case _:
            raise OutcomeUnknownError(_shown(answer))


def cancel_failure(answer: Answer) -> NoReturn:
    """DELETE /order was not answered with 200.

    Raises VenueUnavailableError where it did not take effect, else OutcomeUnknownError.
    """
    if answer.status in {400, 401, 403, 404, 425, 429} or (
        answer.status == 503 and is_object(answer)
    ):
        raise unavailable(answer)
    raise OutcomeUnknownError(_shown(answer))


def read_text(answer: Answer) -> str:
    """The body of a successful read.

    Raises VenueUnavailableError for any other status and for a page in place of data: an error
    is never shown as "empty" or "not found" (LESSONS L53, L54).
    """
    if answer.status != 200 or _is_page(answer):
        raise unavailable(answer)
    return answer.text


def unavailable(answer: Answer) -> VenueUnavailableError:
    """The error for an answer that says, or amounts to, "not now"."""
    return VenueUnavailableError(_shown(answer), _retry_after_s(answer))


def error_text(answer: Answer) -> str:
    """The venue's own words in an error body; the body itself where it is none of ours."""
    try:
        said = parse(ErrorAnswer, answer.text)
    except MalformedAnswerError:
        return _cut(answer.text)
    return _cut(said.words or answer.text)


def _accepted(answer: Answer, signed: SignedOrder) -> Accepted | Killed | AlreadySeen:
    try:
        said = parse(PostedOrder, answer.text)
    except MalformedAnswerError as error:
        raise OutcomeUnknownError(_shown(answer)) from error
    if said.words:
        return _refused(said.words, code=None)
    _check_id(said, signed.order_id)
    if not said.success or said.status not in _STATUSES:
        raise OutcomeUnknownError(_shown(answer))
    usd, shares = matched_at_once(said, signed.envelope)
    return Accepted(
        order_id=signed.order_id,
        status=_STATUSES[said.status],
        matched_usd=usd,
        matched_shares=shares,
    )


def _check_id(said: PostedOrder, order_id: VenueOrderId) -> None:
    """VENUE §3.5: another id than the one we computed means that our signing is wrong."""
    if said.order_id.lower() != order_id.lower():
        raise OutcomeUnknownError(
            f"halt: the venue calls the order {_cut(said.order_id)!r} and we call it {order_id!r}"
        )


def _refused(text: str, *, code: str | None) -> Killed | AlreadySeen:
    """A body that names an error. `code` is for words not in the table; None leaves them unknown.

    A 400 is a refusal whatever its words; a 200 is one only if we know the words (VENUE §5.1).
    """
    lowered = text.lower()
    if _has(lowered, _SEEN):
        return AlreadySeen(text=text)
    if _has(lowered, _KILLED):
        return Killed(text=text)
    if _has(lowered, _LATER):
        raise VenueUnavailableError(text)
    if _has(lowered, _ASK):
        raise OutcomeUnknownError(text)
    found = next((code for words, code in _REJECTED if words in lowered), code)
    if found is None:
        raise OutcomeUnknownError(text)
    raise VenueRejectedError(found, text)


def _forbidden(answer: Answer) -> Killed | AlreadySeen:
    if is_object(answer):
        return _refused(error_text(answer), code="FORBIDDEN")
    raise VenueRejectedError("GEOBLOCKED", _shown(answer))


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _is_page(answer: Answer) -> bool:
    return answer.text.lstrip()[:1] == "<"


def is_object(answer: Answer) -> bool:
    try:
        parse_object(answer.text)
    except MalformedAnswerError:
        return False
    return True


def _retry_after_s(answer: Answer) -> float | None:
    if answer.retry_after_s is not None:
        return answer.retry_after_s
    try:
        said = parse(ErrorAnswer, answer.text)
    except MalformedAnswerError:
        return None
    return None if said.retry_after is None else seconds(str(said.retry_after))


def _shown(answer: Answer) -> str:
    return f"{answer.request} answered {answer.status}: {error_text(answer)}"


def _cut(text: str) -> str:
    """Venue text goes into rows and logs: one line, bounded."""
    return " ".join(text.split())[:_SHOWN_CHARACTERS]
