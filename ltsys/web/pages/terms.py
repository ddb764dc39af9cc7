"""What each number means: heads of tables show it on hover, `/definitions` in full."""

from typing import Final

TERMS: Final = {
    "balance": (
        "Balance",
        "FT: start + results. LT: available + reserved + positions at cost + resting payouts.",
    ),
    "available": ("Available", "Dollars that new orders may use now."),
    "exposure": (
        "Exposure",
        "Dollars at risk: in positions at cost and set aside for working orders.",
    ),
    "pnl": (
        "P&L",
        "Dollars. Payout − cost of orders whose market is resolved; fees are counted apart.",
    ),
    "pnl_today": (
        "Today",
        "Dollars. P&L of orders that were resolved in the running UTC day of the venue.",
    ),
    "return": ("Return", "P&L ÷ starting capital."),
    "trades": (
        "Trades",
        "Orders: FT all booked ones, LT all decided ones, the denied included; no tests.",
    ),
    "resolved": ("Resolved", "Orders whose market has its outcome."),
    "win_rate": ("Win rate", "Won ÷ (won + lost) of resolved orders; void ones are left out."),
    "open": ("Open", "Orders with shares whose market is not resolved yet."),
    "fill_rate": (
        "Fill rate",
        "Mean of filled ÷ wanted over orders that were posted and have ended.",
    ),
    "slippage": (
        "Slippage",
        "Mean of (fill price − FT entry price) ÷ FT entry price; positive is worse for us.",
    ),
    "drawdown": (
        "Drawdown",
        "The deepest fall of capital + cumulative P&L, as a share of the peak before it.",
    ),
    "drawdown_now": ("Drawdown now", "How far equity is below its peak, as a share of the peak."),
    "sharpe": (
        "Sharpe",
        "Mean ÷ sample deviation of single orders' P&L, not annualized; – below two orders.",
    ),
    "latency": (
        "Latency",
        "Mean milliseconds from the committed FT order to the venue's answer.",
    ),
    "denied": ("Denied", "Orders that our own checks refused, each with a code and both numbers."),
    "rejected": ("Rejected", "Orders that the venue refused."),
    "size": ("Size", "Dollars that the signal asked for."),
    "signal_price": ("Signal", "Dollars a share: the FT entry price."),
    "fill_price": ("Fill", "Dollars a share: what was paid on average."),
    "limit_price": ("Limit", "Dollars a share: the most that the order may pay."),
    "shares": ("Shares", "Outcome shares; each pays $1 if the outcome wins."),
    "cost": ("Cost", "Dollars paid for shares, fees apart."),
    "fee": ("Fee", "Dollars that the venue took of a match."),
    "price_now": (
        "Price",
        "Dollars a share when the market was last looked at; – if it was not seen.",
    ),
    "worth": ("Worth", "Shares × last price; – without a price, never 0."),
    "open_pnl": ("Open P&L", "Worth − cost; – without a price."),
    "payout": ("Payout", "Dollars that the shares paid: cost + P&L."),
    "age": ("Time", "When it happened, in your zone; UTC on hover."),
    "why": ("Why", "How the order came to its status, in one sentence."),
    "gap": (
        "Gap",
        "LT P&L − FT P&L since the launch, split into its causes; the causes add up to the gap.",
    ),
    "daily_spent": (
        "Spent today",
        "Dollars of fills in the UTC day; the daily budget is compared with it.",
    ),
    "losses_in_row": (
        "Losses in a row",
        "Lost orders since the last win, or since somebody resumed the strategy.",
    ),
}
