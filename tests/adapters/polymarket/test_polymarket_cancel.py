"""Cancels: only the body of an answer is believed (VENUE §7)."""

import json

import pytest
from polymarket_stub import Drop

from ltsys.domain.errors import OutcomeUnknownError, VenueUnavailableError
from ltsys.domain.venue import CancelAnswer

OURS, OTHER = "0x" + "1a" * 32, "0x" + "2b" * 32
HTML = "<html>down</html>"


def test_a_cancel_is_believed_by_its_body(stub, venue):
    """VENUE §7: a 200 may say "not canceled"."""
    stub.says({"canceled": [OURS.upper().replace("0X", "0x")], "not_canceled": {}})
    assert venue.cancel(OURS) == CancelAnswer(is_canceled=True, reason="")

    stub.says({"canceled": [], "not_canceled": {OURS: "order already matched"}})
    assert venue.cancel(OURS) == CancelAnswer(is_canceled=False, reason="order already matched")

    assert json.loads(stub.asked[0].body) == {"orderID": OURS}
    assert stub.asked[0].method == "DELETE"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 425, 429, 503])
def test_a_refused_cancel_took_no_effect(stub, venue, status):
    stub.says({"error": "no"}, status)

    with pytest.raises(VenueUnavailableError):
        venue.cancel(OURS)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "x"}),
        (502, HTML),
        (503, HTML),
        (200, HTML),
        (200, "[]"),
        (200, {"canceled": [OTHER], "not_canceled": {}}),
        (200, {"canceled": []}),
    ],
)
def test_a_cancel_without_a_clear_answer_is_unknown(stub, venue, status, body):
    stub.says(body, status)

    with pytest.raises(OutcomeUnknownError):
        venue.cancel(OURS)


def test_a_cancel_whose_answer_is_lost_is_unknown(stub, venue):
    stub.does(Drop())

    with pytest.raises(OutcomeUnknownError):
        venue.cancel(OURS)
    with pytest.raises(OutcomeUnknownError):
        venue.cancel_all()


def test_canceling_everything_names_what_it_was_about(stub, venue):
    """VENUE §7."""
    stub.says({"canceled": [OURS], "not_canceled": {OTHER: "order already matched"}})

    answers = venue.cancel_all()

    assert answers == {
        OURS: CancelAnswer(is_canceled=True, reason=""),
        OTHER: CancelAnswer(is_canceled=False, reason="order already matched"),
    }
    (asked,) = stub.asked
    assert (asked.method, asked.path, asked.body) == ("DELETE", "/cancel-all", "")
