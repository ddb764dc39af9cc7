"""What clients say on the streams, read without trust (VENUE §13.1 to §13.3)."""

from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSubscription:
    """The first message of the user channel; no markets means all of them."""

    key: str
    secret: str
    passphrase: str
    markets: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSubscription:
    """The first message of the market channel; tokens in the order given, each once."""

    tokens: tuple[str, ...]
    wants_dump: bool
    wants_custom: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A later message: more or fewer names, tokens or condition ids.

    `wants_custom` is None where the message does not say.
    """

    subscribes: bool
    names: tuple[str, ...]
    wants_custom: bool | None


def read_user_subscription(text: str) -> UserSubscription | None:
    """The subscription, or None for anything else."""
    match _json(text):
        case {
            "type": str(kind),
            "auth": {"apiKey": str(key), "secret": str(secret), "passphrase": str(passphrase)},
            **rest,
        } if kind.lower() == "user":
            markets = _names(rest.get("markets") or [])
            if markets is None:
                return None
            lowered = frozenset(each.lower() for each in markets)
            return UserSubscription(key=key, secret=secret, passphrase=passphrase, markets=lowered)
        case _:
            return None


def read_market_subscription(text: str) -> MarketSubscription | None:
    """The subscription, or None for anything else; `level` makes no difference here (a guess)."""
    match _json(text):
        case {"type": str(kind), "assets_ids": list(given), **rest} if kind.lower() == "market":
            tokens = _names(given)
            dump = rest.get("initial_dump", True)
            custom = rest.get("custom_feature_enabled", False)
            if tokens is None or not isinstance(dump, bool) or not isinstance(custom, bool):
                return None
            return MarketSubscription(tokens=tokens, wants_dump=dump, wants_custom=custom)
        case _:
            return None


def read_change(text: str, *, field: str) -> Change | None:
    """An operation on the names in `field`, or None for anything else."""
    match _json(text):
        case {"operation": ("subscribe" | "unsubscribe") as operation, **rest}:
            names, custom = _names(rest.get(field)), rest.get("custom_feature_enabled")
            if names is None or not isinstance(custom, bool | None):
                return None
            return Change(subscribes=operation == "subscribe", names=names, wants_custom=custom)
        case _:
            return None


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _names(value: object) -> tuple[str, ...] | None:
    """A list of texts, each once; None for anything else."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(dict.fromkeys(value))
