"""The original's answers to 4000 evaluations, reproduced but for the named deviations."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from vector_rows import decimal, is_half_cent_tie, rows_of, text

from ltsys.domain.evaluation import (
    Case,
    NeedsProbability,
    Qualified,
    Rejected,
    judge,
    screen,
)
from ltsys.domain.ft_wallet_json import wallet_from_json
from ltsys.domain.ids import ConditionId
from ltsys.domain.market import Market
from ltsys.domain.money import Usd
from ltsys.domain.sizing import Bet
from ltsys.domain.source_trade import BadRow, BadRowReason, SourceTrade, TradeRow, parse_trade
from ltsys.domain.trader import LeaderFacts

TIE = Decimal("1e-12")
BEGINNING = datetime.min.replace(tzinfo=UTC)
USD_KEYS = ("min_original_trade_usd", "max_original_trade_usd")

USD_REASONS = ("trade_too_small", "trade_too_large")

COUNTS = {
    "same": 3567,
    "D1": 123,
    "D2": 71,
    "D8": 71,
    "D10": 117,
    "float tie": 34,
    "half-cent tie": 8,
    "batch path: tags are searched too": 9,
}


@dataclass(frozen=True)
class Compared:
    """Our answer, in the words of the original's."""

    ours: str
    bet: Decimal | None = None
    entry_price: Decimal | None = None
    edge: Decimal | None = None
    probability: Decimal | None = None


def test_every_recorded_evaluation_is_reproduced_but_for_the_named_deviations():
    """FT_RULES §4, §10; LESSONS L32."""
    rows = rows_of("evaluateTrade")

    counts: Counter[str] = Counter()
    unexplained = []
    for row in rows:
        explained = _explanation(row)
        counts[explained or "UNEXPLAINED"] += 1
        if explained is None:
            unexplained.append(row)

    print("evaluateTrade", dict(counts))
    assert not unexplained, unexplained[:2]
    assert counts == COUNTS


def _explanation(row):
    given, wanted = row["input"], row["output"]
    try:
        wallet = _wallet(given["wallet"])
    except ValueError as error:
        return _refused_wallet(given["wallet"], str(error))
    trade = _trade(given["trade"])
    if isinstance(trade, BadRow):
        return _bad_trade(trade, given["trade"], wanted)
    answer = _answer(given, wallet, trade)
    if _agrees(answer, wanted):
        return "same"
    return _deviation(given, wallet, trade, answer, wanted)


def _refused_wallet(wallet, error):
    if "(D10)" in error and wallet["use_model"] and wallet["model_threshold"] is None:
        return "D10"
    described = wallet.get("detailed_description")
    if described == "not json" or "a" in _extra(wallet):  # the only unknown key
        return "D8"
    raise AssertionError(error)


def _bad_trade(bad, trade, wanted):
    price = decimal(trade.get("price"), default=None)
    if bad.reason == BadRowReason.BAD_PRICE and (price is None or not 0 < price < 1):
        return "D1"
    if bad.reason == BadRowReason.BAD_TIME and wanted.get("reason") == "trade_too_old":
        return "same"
    raise AssertionError(bad)


def _deviation(given, wallet, trade, answer, wanted):
    if _is_about_dollars(given["wallet"], answer, wanted):
        return "D2"
    if _is_edge_tie(wallet, answer, wanted):
        return "float tie"
    if wanted.get("reason") == "wrong_category" and _only_tags_match(wallet, trade, given):
        return "batch path: tags are searched too"
    both_take = wanted["qualifies"] and answer.ours == "qualified"
    if both_take and _is_half_cent_tie(given, wallet, trade, answer, wanted):
        return "half-cent tie"
    return None


def _wallet(stored):
    row = {key: value for key, value in stored.items() if key != "detailed_description"}
    return wallet_from_json(
        {**row, "extra": stored.get("detailed_description")}, started_at=BEGINNING
    )


def _extra(stored):
    return json.loads(stored.get("detailed_description") or "{}")


def _trade(given) -> SourceTrade | BadRow:
    row = TradeRow(
        row_id=given.get("id"),
        transaction_hash=given.get("transactionHash"),
        trader=given.get("traderWallet", ""),
        condition_id=_padded(given["conditionId"]),
        token_id="1",
        token_label=given.get("outcome", ""),
        side=given["side"],
        size=text(given.get("size")),
        price=text(given.get("price")),
        timestamp=text(given.get("timestamp", "missing")),
        title=given["title"],
    )
    return parse_trade(row, 0)


def _padded(condition_id: str) -> str:
    """The vectors' condition ids are short; ours must be well formed (D1)."""
    return "0x" + condition_id.removeprefix("0x").rjust(64, "0")


def _market(given, condition_id: ConditionId) -> Market | None:
    if given is None:
        return None
    return Market(
        condition_id=condition_id,
        title=given["title"],
        tags=tuple(given.get("tags") or ()),
        outcomes=(),
        start_at=_moment(given.get("start_time")),
        game_start_at=_moment(given.get("game_start_time")),
        end_at=_moment(given.get("endTime")),
        is_closed=given["closed"],
        is_resolved=given["resolved"],
        accepts_orders=True,
        is_neg_risk=False,
        version="v1",
        fee_rate=Decimal(0),
        fee_exponent=Decimal(0),
    )


def _moment(iso: str | None) -> datetime | None:
    """An unparsable start passes (FT_RULES §4, check 6): it is given as the earliest moment."""
    if not iso:
        return None
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return BEGINNING


def _answer(given, wallet, trade) -> Compared:
    market = _market(given["market"], trade.condition_id)
    refused = screen(
        trade,
        wallet=wallet,
        market=market,
        now=datetime.fromisoformat(given["now"]),
        last_sync_at=datetime.fromisoformat(given["lastSyncTime"]),
    )
    if refused is not None:
        return Compared(refused.reason.value)
    case = Case(
        trade=trade,
        wallet=wallet,
        tags=market.tags,
        facts=LeaderFacts(
            win_rate=given["trade"]["traderWinRate"],
            trade_count=given["trade"]["traderTradeCount"],
            conviction=decimal(given["trade"]["conviction"]),
        ),
        win_rate=given["trade"]["traderWinRate"],
    )
    return _judged(case, given)


def _judged(case, given) -> Compared:
    edge = case.win_rate - min(Decimal("0.9999"), case.trade.price.per_share * Decimal("1.003"))
    bankroll = Usd(decimal(given["effectiveBankroll"]))
    answer = judge(case, bankroll=bankroll, probability=_probability(given))
    match answer:
        case Rejected():
            return Compared(answer.reason.value, edge=edge)
        case Qualified():
            return Compared(
                "qualified",
                bet=answer.bet.amount,
                entry_price=answer.entry_price.per_share,
                edge=answer.edge,
                probability=answer.probability,
            )
        case NeedsProbability():
            raise AssertionError(answer)


def _probability(given) -> Decimal | None:
    """What the original's client read from the model's answer (FT_RULES §11).

    It asked once a trade and kept the answer, a missing one (null) included.
    """
    if "mlCachedForThisTrade" in given:
        return decimal(given["mlCachedForThisTrade"], default=None)
    response = (given.get("ml") or {}).get("response") or {}
    if not response.get("success"):
        return None
    found = (
        (response.get("prediction") or {}).get("probability")
        or (response.get("valuation") or {}).get("ai_fair_value")
        or ((response.get("analysis") or {}).get("prediction_stats") or {}).get("ai_fair_value")
    )
    if not found:
        return None
    number = decimal(found)
    return number / 100 if number > 1 else number


def _agrees(answer: Compared, wanted) -> bool:
    if not wanted["qualifies"]:
        return answer.ours == wanted["reason"]
    return (
        answer.ours == "qualified"
        and answer.bet == decimal(wanted["betSize"])
        and abs(answer.entry_price - decimal(wanted["priceWithSlippage"])) < TIE
        and abs(answer.edge - decimal(wanted["edge"])) < TIE
        and answer.probability == wanted["modelProbability"]
    )


def _is_about_dollars(stored, answer: Compared, wanted) -> bool:
    """A dollar filter is set, and one of the two answers is its refusal."""
    is_set = any(key in _extra(stored) for key in USD_KEYS)
    return is_set and not {answer.ours, wanted.get("reason")}.isdisjoint(USD_REASONS)


def _is_edge_tie(wallet, answer: Compared, wanted) -> bool:
    """A limit lies between our exact edge and the original's, a binary rounding away."""
    limits = {
        "insufficient_edge": wallet.min_edge,
        "high_edge": wallet.filters.max_edge,
    }
    deciding = {answer.ours, wanted.get("reason")} & limits.keys()
    return any(abs(answer.edge - limits[reason]) < TIE for reason in deciding)


def _only_tags_match(wallet, trade, given) -> bool:
    tags = [tag.lower() for tag in (given["market"].get("tags") or ())]
    in_title = any(word in trade.title.lower() for word in wallet.category_words)
    in_tags = any(word in tag for word in wallet.category_words for tag in tags)
    return in_tags and not in_title


def _is_half_cent_tie(given, wallet, trade, answer: Compared, wanted) -> bool:
    """The exact bet lies on a half cent, where the original's binary one fell to either side."""
    bet = Bet(
        win_rate=given["trade"]["traderWinRate"],
        price=trade.price.per_share,
        edge=answer.edge,
        conviction=decimal(given["trade"]["conviction"]),
        bankroll=Usd(decimal(given["effectiveBankroll"])),
        probability=None,
    )
    return is_half_cent_tie(wallet, bet, ours=answer.bet, theirs=decimal(wanted["betSize"]))
