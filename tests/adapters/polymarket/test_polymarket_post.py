"""What the venue says to an order, or fails to say, becomes what we may do next."""

import gzip
import json
from collections import Counter
from dataclasses import replace

import pytest
from polymarket_stub import Drop, Hang, Truncate, shared

from ltsys.adapters.polymarket.failures import post_answer
from ltsys.adapters.polymarket.http import Answer
from ltsys.domain.errors import OutcomeUnknownError, VenueRejectedError, VenueUnavailableError
from ltsys.domain.money import Shares, Usd
from ltsys.domain.venue import Accepted, AcceptedStatus, AlreadySeen, Killed

HTML = "<html><head><title>502 Bad Gateway</title></head></html>"


def success(signed, **changes):
    said = {
        "success": True,
        "errorMsg": "",
        "orderID": signed.order_id,
        "status": "matched",
        "makingAmount": "2.749999",
        "takingAmount": "5.28846",
        "tradeIDs": ["t1"],
    }
    return {**said, **changes}


def test_an_accepted_order_says_what_it_matched_at_once(stub, venue, signed):
    """VENUE §5.1: a spend-limited BUY may take more shares than it signed for (L26)."""
    stub.says(success(signed))

    answer = venue.post(signed)

    assert answer == Accepted(
        order_id=signed.order_id,
        status=AcceptedStatus.MATCHED,
        matched_usd=Usd.of("2.749999"),
        matched_shares=Shares.of("5.28846"),
    )
    assert len(stub.asked) == 1
    assert json.loads(stub.asked[0].body) == signed.envelope


@pytest.mark.parametrize("status", list(AcceptedStatus))
def test_every_documented_status_is_an_acceptance(stub, venue, signed, status):
    stub.says(success(signed, status=status.value))

    assert venue.post(signed).status is status


@pytest.mark.parametrize(
    ("making", "taking", "usd", "shares"),
    [
        ("2750000", "5288460", "2.75", "5.28846"),
        ("5", "9.5", "5", "9.5"),
        ("5", "10", "5", "10"),
        ("5000000", "10000000", "5", "10"),
        ("0", "0", "0", "0"),
    ],
)
def test_both_units_of_matched_amounts_are_understood(
    stub, venue, signed, making, taking, usd, shares
):
    """VENUE §5.1: production writes human units, the specification millionths."""
    stub.says(success(signed, makingAmount=making, takingAmount=taking))

    answer = venue.post(signed)

    assert (answer.matched_usd, answer.matched_shares) == (Usd.of(usd), Shares.of(shares))


@pytest.mark.parametrize(("making", "taking"), [("", ""), (None, None), ("much", "-1")])
def test_amounts_that_are_not_said_do_not_undo_an_acceptance(stub, venue, signed, making, taking):
    stub.says(success(signed, makingAmount=making, takingAmount=taking))

    answer = venue.post(signed)

    assert (answer.matched_usd, answer.matched_shares) == (None, None)


def test_an_id_in_other_letters_is_still_ours(stub, venue, signed):
    stub.says(success(signed, orderID=signed.order_id.upper().replace("0X", "0x")))

    assert isinstance(venue.post(signed), Accepted)


@pytest.mark.parametrize(
    "text",
    [
        "no orders found to match with FAK order. FAK orders are partially filled or killed",
        "order couldn't be fully filled. FOK orders are fully filled or killed.",
    ],
)
@pytest.mark.parametrize("status", [400, 200])
def test_a_kill_is_definite(stub, venue, signed, text, status):
    """VENUE §3.5, §6."""
    stub.says({"error": text, "orderID": signed.order_id}, status)

    assert venue.post(signed) == Killed(text=text)


@pytest.mark.parametrize(
    "text", ["order 0x12 is invalid. Duplicated.", "order 0x12 already exists"]
)
def test_duplicated_means_seen(stub, venue, signed, text):
    """L04: neither a fill nor a rejection."""
    stub.says({"error": text}, 400)

    assert venue.post(signed) == AlreadySeen(text=text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Invalid order payload", "INVALID_PAYLOAD"),
        ("order_version_mismatch", "VERSION_MISMATCH"),
        ("the order owner has to be the owner of the API KEY", "WRONG_API_KEY"),
        ("the order signer address has to be the address of the API KEY", "WRONG_API_KEY"),
        ("'0xab' address banned", "ADDRESS_BANNED"),
        ("'0xab' address in closed only mode", "CLOSED_ONLY"),
        ("maker address not allowed, please use the deposit wallet flow", "MAKER_NOT_ALLOWED"),
        ("order 0x is invalid. Price (0.523) breaks minimum tick size rule: 0.01", "TICK_SIZE"),
        ("order 0x is invalid. Size (1) lower than the minimum: 5", "MIN_SIZE"),
        ("invalid amount for a marketable BUY order ($0.5), min size: $1", "MIN_NOTIONAL"),
        ("invalid post-only order: order crosses book", "POST_ONLY_CROSSES"),
        ("not enough balance / allowance: balance: 1, order amount: 2", "NOT_ENOUGH_BALANCE"),
        ("invalid nonce", "INVALID_NONCE"),
        ("invalid expiration", "INVALID_EXPIRATION"),
        ("order canceled in the CTF exchange contract", "CANCELED_ON_CHAIN"),
        ("the orderbook 0xab does not exist", "NO_ORDERBOOK"),
        ("invalid amounts, the market buy orders maker amount supports 2", "INVALID_AMOUNTS"),
        ("Too many orders in payload: 16, max allowed: 15", "TOO_MANY_ORDERS"),
        ("invalid signature", "INVALID_SIGNATURE"),
        ("something that nobody wrote down", "OTHER"),
    ],
)
def test_a_documented_refusal_has_a_code_that_stays(stub, venue, signed, text, code):
    """L32: every refusal carries a code and the venue's words."""
    stub.says({"error": text}, 400)

    with pytest.raises(VenueRejectedError) as caught:
        venue.post(signed)

    assert (caught.value.code, caught.value.text) == (code, text)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": "Unauthorized/Invalid api key"}, "UNAUTHORIZED"),
        (401, HTML, "UNAUTHORIZED"),
        (403, HTML, "GEOBLOCKED"),
        (403, {"error": "Trading restricted in your region"}, "FORBIDDEN"),
        (403, {"error": "'0xab' address banned"}, "ADDRESS_BANNED"),
    ],
)
def test_being_kept_out_is_a_refusal(stub, venue, signed, status, body, code):
    """L53: HTML pages and 403 are typed errors."""
    stub.says(body, status)

    with pytest.raises(VenueRejectedError) as caught:
        venue.post(signed)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "body", "headers", "wait_s"),
    [
        (425, "", {}, None),
        (425, HTML, {"Retry_After": "2"}, 2.0),
        (429, {"error": "too many requests"}, {"Retry_After": "7"}, 7.0),
        (429, HTML, {"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        (429, "", {"Retry_After": "-1"}, None),
        (503, {"error": "Trading is currently cancel-only."}, {}, None),
        (503, {"error": "x", "code": "post_only_mode", "retry_after_seconds": 90}, {}, 90.0),
        (400, {"error": "the market is not yet ready to process new orders"}, {}, None),
    ],
)
def test_what_was_documented_as_not_processed_may_be_sent_again(
    stub, venue, signed, status, body, headers, wait_s
):
    """L53, VENUE §3.5: the wait that the venue asks for is handed on."""
    stub.says(body, status, **headers)

    with pytest.raises(VenueUnavailableError) as caught:
        venue.post(signed)

    assert caught.value.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "could not insert order"}),
        (500, {"error": "there are no matching orders"}),
        (500, {"error": "not enough balance / allowance"}),
        (502, HTML),
        (503, HTML),
        (504, ""),
        (404, {"error": "not found"}),
        (302, ""),
        (201, {"success": True}),
        (400, HTML),
        (400, {"error": "order match delayed due to market conditions"}),
        (400, {"error": "context canceled"}),
        (200, HTML),
        (200, "OK"),
        (200, '"OK"'),
        (200, "[]"),
        (200, "null"),
        (200, "{}"),
        (200, '{"success": '),
        (200, {"success": "perhaps"}),
        (200, {"success": False, "errorMsg": "words that nobody wrote down"}),
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_order_unknown(stub, venue, signed, status, body):
    """L03: other 5xx, unparsable bodies and words not in the table are unknown, never rejected."""
    stub.says(body, status)

    with pytest.raises(OutcomeUnknownError):
        venue.post(signed)

    assert len(stub.asked) == 1


@pytest.mark.parametrize("changes", [{"success": False}, {"status": ""}, {"status": "resting"}])
def test_half_an_acceptance_is_unknown(stub, venue, signed, changes):
    """VENUE §5.1: accepted only with success, our id and a known status."""
    stub.says(success(signed, **changes))

    with pytest.raises(OutcomeUnknownError):
        venue.post(signed)


def test_a_success_that_names_an_error_is_read_by_the_error(stub, venue, signed):
    """VENUE §5.1: success:true was seen together with an errorMsg."""
    stub.says(success(signed, errorMsg="not enough balance / allowance", orderID=""))

    with pytest.raises(VenueRejectedError, match="NOT_ENOUGH_BALANCE"):
        venue.post(signed)


@pytest.mark.parametrize("other", ["0x" + "ab" * 32, ""])
def test_another_order_id_than_ours_says_to_halt(stub, venue, signed, other):
    """VENUE §3.5: it means that the signing configuration is wrong."""
    stub.says(success(signed, orderID=other))

    with pytest.raises(OutcomeUnknownError, match="halt"):
        venue.post(signed)


@pytest.mark.parametrize("misbehaviour", [Drop(), Truncate()])
def test_a_connection_lost_after_sending_leaves_the_order_unknown(
    stub, venue, signed, misbehaviour
):
    """L03: a reset after the request was read may have come after the fill; nothing is resent."""
    stub.does(misbehaviour)

    with pytest.raises(OutcomeUnknownError, match="/order"):
        venue.post(signed)

    assert len(stub.asked) == 1


def test_a_slow_answer_leaves_the_order_unknown(stub, impatient, make_venue, signed):
    """L03: three timeouts were three fills."""
    stub.does(Hang())

    with pytest.raises(OutcomeUnknownError, match="ReadTimeout"):
        make_venue(impatient, stub.url).post(signed)


def test_a_venue_that_cannot_be_reached_was_never_told(closed_port_url, http, make_venue, signed):
    """STYLE §6: refused before sending, so the same envelope may be offered again."""
    with pytest.raises(VenueUnavailableError, match="ConnectError"):
        make_venue(http, closed_port_url).post(signed)


def test_long_venue_texts_are_cut_to_one_bounded_line(stub, venue, signed):
    stub.says({"error": "very\n long " * 1000}, 400)

    with pytest.raises(VenueRejectedError) as caught:
        venue.post(signed)

    assert len(caught.value.text) <= 300
    assert "\n" not in caught.value.text


def _ours(raw, signed):
    """Our reading, had the order been the one that the answer names."""
    named = raw.get("orderID") if isinstance(raw, dict) else None
    text = raw if isinstance(raw, str) else json.dumps(raw)
    answer = Answer(request="POST /order", status=200, text=text, headers={})
    try:
        return type(
            post_answer(answer, replace(signed, order_id=str(named or signed.order_id)))
        ).__name__
    except (VenueRejectedError, VenueUnavailableError, OutcomeUnknownError) as error:
        return type(error).__name__


def _shape(raw):
    return "+".join(sorted(raw)) if isinstance(raw, dict) else type(raw).__name__


def test_the_original_reading_of_answers_is_kept_wherever_it_was_careful(signed):
    """L03: what the original called a failure is never an acceptance here, and the reverse.

    Deviations, on purpose, all of answers that the original took for a success: an id under a
    name that the venue does not use, an id without `success`, and success:false with an id.
    They prove neither a success nor a refusal, and to us they are unknown.
    """
    agreed, deviations = Counter(), Counter()
    with gzip.open(shared("vectors/clobOrderResponse.jsonl.gz"), "rt") as lines:
        rows = [row for row in map(json.loads, lines) if row["fn"] == "clobOrderResponse"]
    for row in rows:
        raw = row["input"]["raw"]
        ours, was_success = _ours(raw, signed), row["output"]["success"]
        if was_success == (ours == "Accepted"):
            agreed[was_success] += 1
        else:
            deviations[_shape(raw), ours] += 1

    assert agreed == {True: 20, False: 224}
    assert deviations == {
        ("code+orderID", "OutcomeUnknownError"): 18,
        ("data", "OutcomeUnknownError"): 10,
        ("errorMsg+orderID+success", "OutcomeUnknownError"): 12,
        ("orderId", "OutcomeUnknownError"): 20,
        ("order_hash", "OutcomeUnknownError"): 16,
        ("result", "OutcomeUnknownError"): 17,
    }
