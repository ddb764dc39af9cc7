"""The messages of the streams as the venue writes them (VENUE §13.2, §13.3)."""

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ltsys.adapters.polymarket.wire import MakerRow, Number, Text, TradeReport


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MakerEntry(MakerRow):
    """Other people's entries may come without a side; ours is judged when it is read."""

    side: Text = ""


class TradeMessage(TradeReport):
    """`trade`; older ones spell the time of the match in one word."""

    match_time: Text = Field(default="", validation_alias=AliasChoices("match_time", "matchtime"))
    timestamp: Text
    maker_orders: tuple[MakerEntry, ...] = ()


class OrderMessage(_Message):
    """`order`; a killed order leaves the amounts empty."""

    id: str = Field(min_length=1)
    market: str
    type: str
    status: Text = ""
    size_matched: Text = ""
    timestamp: Text


class TickMessage(_Message):
    """`tick_size_change`."""

    market: str
    asset_id: str
    old_tick_size: Number
    new_tick_size: Number
    timestamp: Text


class ResolvedMessage(_Message):
    """`market_resolved`."""

    market: str
    assets_ids: tuple[str, ...]
    winning_asset_id: str
