"""Calls of every CLOB operation that the simulator serves, and of its main errors.

They are made in this order to one scene; what takes something away stands at the end.
"""

from functools import partial

from spec_scene import Call

_NO_TOKENS = 501


def _tokens(scene):
    return [{"token_id": token} for token in scene.market.tokens]


def _sides(scene):
    return [{"token_id": scene.names["up"], "side": side} for side in ("BUY", "SELL")]


def _too_many(_scene):
    return [{"token_id": str(number)} for number in range(_NO_TOKENS)]


def _order(scene, *, by="ann", maker=3_000_000, taker=30_000_000, **more):
    trader = scene.traders[by]
    return trader.sign(scene.names["up"], "BUY", maker, taker, **more)


def _taking(scene):
    return _order(scene, maker=5_000_000, taker=5_050_500, order_type="FAK")


def _batch(scene):
    return [_order(scene), _order(scene, maker=10_000, taker=100_000)]


def _named(*names):
    return lambda scene: [scene.names[name] for name in names]


def _cancel(name):
    return lambda scene: {"orderID": scene.names[name]}


_MAKE_KEY = "POST /auth/api-key"
_DERIVE_KEY = "GET /auth/derive-api-key"
_ORDER = "GET /data/order/{orderID}"
call = partial(Call, document="clob")
_PUBLIC = [
    ("/time", ""),
    ("/midpoint", "?token_id={up}"),
    ("/spread", "?token_id={up}"),
    ("/last-trade-price", "?token_id={up}"),
    ("/fee-rate", "?token_id={up}"),
    ("/tick-size", "?token_id={up}"),
    ("/neg-risk", "?token_id={up}"),
    ("/price", "?token_id={up}&side=BUY"),
    ("/book", "?token_id={up}"),
    ("/midpoints", "?token_ids={up},{down}"),
    ("/prices", "?token_ids={up},{down}&sides=BUY,SELL"),
    ("/last-trades-prices", "?token_ids={up},{down}"),
    ("/books", "?token_ids={up},{down}"),
    ("/simplified-markets", ""),
    ("/sampling-markets", ""),
    ("/sampling-simplified-markets", ""),
    ("/prices-history", "?market={up}&interval=1h"),
    ("/builder/trades", "?builder_code={no_order}"),
]
_PATHS = [
    ("/fee-rate/{token_id}", "/fee-rate/{up}"),
    ("/tick-size/{token_id}", "/tick-size/{up}"),
    ("/neg-risk/{token_id}", "/neg-risk/{up}"),
    ("/clob-markets/{condition_id}", "/clob-markets/{condition}"),
    ("/markets-by-token/{token_id}", "/markets-by-token/{up}"),
    ("/markets/live-activity/{condition_id}", "/markets/live-activity/{condition}"),
]
_POSTED = [
    ("/midpoints", _tokens),
    ("/spreads", _tokens),
    ("/last-trades-prices", _tokens),
    ("/prices", _sides),
    ("/books", _tokens),
    ("/markets/live-activity", _named("condition")),
    ("/batch-prices-history", lambda scene: {"markets": _named("up")(scene), "interval": "1h"}),
]
_UNKNOWN_TOKEN = ["/midpoint", "/spread", "/fee-rate", "/tick-size", "/neg-risk", "/book"]
_PRIVATE = [
    ("/data/orders", ""),
    ("/data/trades", "?maker_address={ann}"),
    ("/auth/api-keys", ""),
    ("/auth/ban-status/closed-only", ""),
    ("/auth/builder-api-key", ""),
    ("/balance-allowance", "?asset_type=COLLATERAL&signature_type=0"),
    ("/balance-allowance/update", "?asset_type=COLLATERAL&signature_type=0"),
    ("/notifications", "?signature_type=0"),
    ("/order-scoring", "?order_id={resting}"),
    ("/orders-scoring", "?order_ids={resting}"),
]

CALLS = [
    *(call(operation=f"GET {path}", path=path + query) for path, query in _PUBLIC),
    *(call(operation=f"GET {template}", path=path) for template, path in _PATHS),
    *(call(operation=f"POST {path}", path=path, body=body) for path, body in _POSTED),
    *(
        call(operation=f"GET {path}", path=path + "?token_id={no_token}", status=404)
        for path in _UNKNOWN_TOKEN
    ),
    *(
        call(operation=f"GET {path}", path=path + "?token_id=nonsense", status=400)
        for path in _UNKNOWN_TOKEN
    ),
    call(operation="GET /price", path="/price?token_id={up}&side=HOLD", status=400),
    call(operation="POST /books", path="/books", body=_too_many, status=400),
    call(operation="GET /clob-markets/{condition_id}", path="/clob-markets/{no_order}", status=404),
    call(
        operation="GET /markets-by-token/{token_id}",
        path="/markets-by-token/{no_token}",
        status=404,
    ),
    *(call(operation=f"GET {path}", path=path + query, by="ann") for path, query in _PRIVATE),
    *(call(operation=f"GET {path}", path=path + query, status=401) for path, query in _PRIVATE),
    call(
        operation="PUT /balance-allowance",
        path="/balance-allowance?asset_type=COLLATERAL",
        by="ann",
    ),
    call(operation="GET /data/orders", path="/data/orders?next_cursor=%21", by="ann", status=400),
    call(operation="GET /data/trades", path="/data/trades?next_cursor=%21", by="ann", status=400),
    call(
        operation="GET /balance-allowance",
        path="/balance-allowance?asset_type=CONDITIONAL&token_id={up}",
        by="ann",
    ),
    call(
        operation="GET /balance-allowance",
        path="/balance-allowance?asset_type=NONSENSE",
        by="ann",
        status=400,
    ),
    call(operation=_ORDER, path="/data/order/{resting}", by="ann"),
    call(
        operation="GET /data/order/{orderID}", path="/data/order/{no_order}", by="ann", status=404
    ),
    call(operation=_ORDER, path="/data/order/{resting}", status=401),
    call(
        operation="POST /orders-scoring", path="/orders-scoring", by="ann", body=_named("resting")
    ),
    call(
        operation="POST /v1/heartbeats",
        path="/v1/heartbeats",
        by="dan",
        body=lambda _scene: {"heartbeat_id": ""},
    ),
    call(
        operation="POST /v1/heartbeats",
        path="/v1/heartbeats",
        by="dan",
        body=lambda _scene: {"heartbeat_id": "not-the-last-one"},
        status=400,
    ),
    call(operation="POST /v1/heartbeats", path="/v1/heartbeats", status=401),
    call(operation="POST /heartbeats", path="/heartbeats", by="dan"),
    call(operation="POST /order", path="/order", by="ann", body=_order),
    call(operation="POST /order", path="/order", by="ann", body=_taking),
    call(operation="POST /order", path="/order", by="ann", body=_named("up"), status=400),
    call(operation="POST /order", path="/order", body=_order, status=401),
    call(operation="POST /orders", path="/orders", by="ann", body=_batch),
    call(operation="POST /orders", path="/orders", by="ann", body=_cancel("up"), status=400),
    call(operation="POST /orders", path="/orders", body=_batch, status=401),
    call(operation="DELETE /order", path="/order", by="bob", body=_cancel("bob_order")),
    call(operation="DELETE /order", path="/order", by="bob", body=_cancel("no_order")),
    call(operation="DELETE /order", path="/order", by="bob", body=_named("up"), status=400),
    call(operation="DELETE /order", path="/order", body=_cancel("bob_order"), status=401),
    call(
        operation="DELETE /orders", path="/orders", by="bob", body=_named("bob_order", "no_order")
    ),
    call(operation="DELETE /orders", path="/orders", by="bob", body=_cancel("up"), status=400),
    call(operation="DELETE /orders", path="/orders", body=_named("bob_order"), status=401),
    call(
        operation="DELETE /cancel-market-orders",
        path="/cancel-market-orders",
        by="cid",
        body=lambda scene: {"market": scene.names["condition"]},
    ),
    call(
        operation="DELETE /cancel-market-orders",
        path="/cancel-market-orders",
        by="cid",
        body=_named("up"),
        status=400,
    ),
    call(operation="DELETE /cancel-market-orders", path="/cancel-market-orders", status=401),
    call(operation="DELETE /cancel-all", path="/cancel-all", by="dan"),
    call(operation="DELETE /cancel-all", path="/cancel-all", status=401),
    call(operation="DELETE /notifications", path="/notifications?ids=1", by="dan"),
    call(operation="POST /auth/builder-api-key", path="/auth/builder-api-key", by="dan"),
    call(operation="GET /auth/builder-api-key", path="/auth/builder-api-key", by="dan"),
    call(operation="DELETE /auth/builder-api-key", path="/auth/builder-api-key", by="dan"),
    call(operation=_MAKE_KEY, path="/auth/api-key", by="cid", nonce=1),
    call(operation=_MAKE_KEY, path="/auth/api-key", by="cid", nonce=1, status=400),
    call(operation=_DERIVE_KEY, path="/auth/derive-api-key", by="cid", nonce=1),
    call(operation=_DERIVE_KEY, path="/auth/derive-api-key", by="cid", nonce=2, status=400),
    call(operation=_DERIVE_KEY, path="/auth/derive-api-key", status=401),
    call(operation=_MAKE_KEY, path="/auth/api-key", status=401),
    call(operation="DELETE /auth/api-key", path="/auth/api-key", by="dan"),
    call(operation="DELETE /auth/api-key", path="/auth/api-key", by="dan", status=401),
]
