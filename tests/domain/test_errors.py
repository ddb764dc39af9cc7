"""Errors cross process borders and say what they are about."""

import pickle

import pytest

from ltsys.domain import errors
from ltsys.domain.errors import LtsysError, VenueRejectedError, VenueUnavailableError

EXAMPLES = [
    VenueRejectedError("NOT_ENOUGH_BALANCE", "balance: 0"),
    VenueUnavailableError("429", 1.5),
    VenueUnavailableError("503"),
    *(
        kind("what happened")
        for name, kind in sorted(vars(errors).items())
        if isinstance(kind, type)
        and issubclass(kind, LtsysError)
        and name not in {"VenueRejectedError", "VenueUnavailableError"}
    ),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_queue(error):
    """With its class, its text and what it carries (L56)."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes

    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
    assert isinstance(again, LtsysError)


def test_a_rejection_names_its_code_and_a_wait_its_seconds():
    """L32, L53."""
    rejected, unavailable, _ = EXAMPLES[:3]

    assert str(rejected) == "NOT_ENOUGH_BALANCE: balance: 0"
    assert (str(unavailable), unavailable.retry_after_s) == ("429", 1.5)
