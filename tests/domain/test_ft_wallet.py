"""Wallet rules: how they are read, written and refused."""

import json
from decimal import Decimal

import pytest
from domain_made import LEADER, a_wallet
from vector_rows import SHARED

from ltsys.domain.ft_wallet import AllocationMethod, CopyTerms, Filters, WinRateSource, problems
from ltsys.domain.ft_wallet_json import wallet_from_json, wallet_to_json
from ltsys.domain.money import Usd


def read(**row):
    return wallet_from_json({"wallet_id": "W", **row})


def test_every_recorded_wallet_is_sound_and_survives_being_written_down():
    path = SHARED / "ft_wallets.json"
    if not path.exists():
        pytest.skip(f"the recorded wallets are not at {path}")
    rows = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)

    wallets = [wallet_from_json(row) for row in rows]

    assert [problems(wallet) for wallet in wallets] == [()] * len(rows)
    stored = [json.loads(json.dumps(wallet_to_json(wallet))) for wallet in wallets]
    assert [wallet_from_json(row) for row in stored] == wallets


def test_the_three_notes_become_filters():
    """LESSONS L14: what is stored is honoured."""
    assert read(extra="categories: NBA, MMA").category_words == ("nba", "mma")
    assert read(extra="wr_source=PROFILE").wr_source is WinRateSource.PROFILE
    noted = read(extra="min_original_trade_usd=100.00 (column only; sync never reads it)")
    assert noted.filters.min_original_trade_usd == 100


def test_a_null_limit_is_zero_and_a_missing_one_is_none():
    """FT_RULES §4, "present"."""
    filters = read(extra='{"max_edge": null}').filters

    assert (filters.max_edge, filters.max_conviction) == (Decimal(0), None)


def test_a_null_category_matches_everything():
    """FT_RULES §4, check 16."""
    assert read(extra='{"market_categories": [null, "nba"]}').category_words == ("", "nba")


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("not json", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"max_egde": 0.1}', "unknown keys: max_egde"),
        ('{"max_edge": "much"}', "max_edge is not a number"),
        ('{"max_edge": true}', "max_edge is not a decimal number"),
        ('{"max_edge": NaN}', "NaN"),
        ('{"trade_live_only": 1}', "trade_live_only is neither true nor false"),
        ('{"target_traders": "0x1"}', "target_traders is not a list"),
        ('{"wr_source": "BEST"}', "BEST"),
    ],
)
def test_filters_that_cannot_be_believed_are_refused_with_the_reason(extra, message):
    """Deviation D8: the original dropped them all and traded on."""
    with pytest.raises(ValueError, match=message):
        read(extra=extra)


def test_floats_are_refused():
    """LESSONS L40: decimals come from text or integers."""
    with pytest.raises(ValueError, match="price_min is not a decimal number"):
        read(price_min=0.5)


def test_a_model_without_a_threshold_is_refused():
    """Deviation D10."""
    with pytest.raises(ValueError, match="threshold"):
        read(use_model=True)


def test_an_unknown_method_is_fixed():
    """FT_RULES §5."""
    for stored in ("SOMETHING_ELSE", "", None, 0):
        assert read(allocation_method=stored).allocation_method is AllocationMethod.FIXED


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        ({"min_bet": Usd.of(11)}, "over the maximum bet"),
        ({"price_min": Decimal("0.6"), "price_max": Decimal("0.5")}, "price range"),
        (
            {"allocation_method": AllocationMethod.KELLY, "price_min": Decimal("0.99")},
            "Kelly only bets",
        ),
        ({"kelly_fraction": Decimal(2)}, "Kelly fraction"),
        ({"model_threshold": Decimal(55)}, "model threshold"),
        ({"allocation_method": AllocationMethod.FIXED_RATE}, "no trader is named"),
        (
            {"allocation_method": AllocationMethod.FIXED_RATE, "target_traders": (LEADER,)},
            "copy rate over 0",
        ),
        (
            {"allocation_method": AllocationMethod.BUDGETED_DYNAMIC, "target_traders": (LEADER,)},
            "needs a budget",
        ),
        ({"copy_terms": CopyTerms(rate_min=Decimal(2))}, "no range"),
    ],
)
def test_a_form_refuses_unsound_rules_with_a_sentence(rules, word):
    """LESSONS L39."""
    found = problems(a_wallet(**rules))

    assert any(word in sentence for sentence in found)
    assert all(sentence.endswith(".") for sentence in found)


def test_sound_rules_have_no_problem():
    """LESSONS L14: a filter of zero is a rule like any other."""
    assert problems(a_wallet(filters=Filters(max_edge=Decimal(0)))) == ()
