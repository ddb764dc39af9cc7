"""The original's ids of source trades, reproduced exactly (FT_RULES §1)."""

from vector_rows import rows_of, text

from ltsys.domain.source_trade import original_trade_id


def test_every_recorded_trade_id_is_reproduced():
    """FT_RULES §1."""
    rows = rows_of("getSourceTradeId")

    differing = [row for row in rows if _ours(row["input"]) != row["output"]]

    assert not differing, differing[:3]


def _ours(given) -> str:
    return original_trade_id(
        row_id=_spelled(given.get("id")),
        transaction_hash=_spelled(given.get("transactionHash")),
        trader=_spelled(given.get("traderWallet")),
        condition_id=_spelled(given.get("conditionId")),
        timestamp=_spelled(given.get("timestamp")),
    )


def _spelled(value) -> str:
    """As the original spelled it: a falsy value (0 too) is no part of an id."""
    return text(value) if value else ""
