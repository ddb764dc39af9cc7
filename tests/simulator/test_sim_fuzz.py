"""Nonsense of every kind at every operation: the venue's own error shapes, and nothing happens.

The operations and their parameters come from the venue's documents, and from a list where these
are silent; the values are invented. What is refused must be refused in JSON with a sane status,
and the money must be where it was.
"""

import json
import re
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sim_harness import ADMIN, ONE, Trader, Venue
from spec_documents import document

DOCUMENTS = ("clob", "gamma", "data", "relayer")
UNDOCUMENTED = (
    "GET /ok",
    "GET /version",
    "GET /api/geoblock",
    "GET /data/pre-migration-orders",
    "GET /fees/builder-fees/{code}",
    "POST /auth/readonly-api-key",
    "GET /auth/readonly-api-keys",
    "DELETE /auth/readonly-api-key",
    "GET /v1/account/transactions/params",
    "GET /v1/account/transactions/{id}",
    "GET /v2/trades",
    "GET /v2/activity",
    "GET /v2/positions",
    "GET /v2/value",
    "GET /v2/holders",
    "GET /v2/oi",
    "GET /v2/resolutions",
    "GET /v2/tokens",
    "GET /v2/prices-history",
    "GET /v2/user-stats",
)
USUAL_PARAMETERS = [
    "address",
    "bucket_seconds",
    "condition_ids",
    "cursor",
    "end",
    "interval",
    "limit",
    "next_cursor",
    "sort_by",
    "start",
    "token_id",
    "token_ids",
    "type",
    "user",
]
SANE = {200, 400, 401, 404, 405, 413, 422, 429}
ERROR_FIELDS = {"error", "error_msg", "errorMsg", "message", "type"}
HUGE = 10**400
EXAMPLES = 300

texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "0", "-1", "1e9", "NaN", "null", "0x", "MA==", "LTE=", "LTI=", "=", "%00", "true"]
    ),
    st.integers(-(10**30), 10**30).map(str),
    st.just("9" * 1000),
)
junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**40), 10**40),
        st.floats(allow_nan=True),
        texts,
        st.just(HUGE),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
quick = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def people():
    """One venue for all examples, with an order of Ann's that must survive them all."""
    venue = Venue()
    ann = Trader(venue, "ann")
    ann.buy(venue.market().tokens[0], 3, 10)
    return venue, ann


@cache
def operations():
    """Every operation with the names of its parameters."""
    return [
        *(
            (operation, document(name).parameters(operation))
            for name in DOCUMENTS
            for operation in document(name).operations
        ),
        *((operation, USUAL_PARAMETERS) for operation in UNDOCUMENTED),
    ]


def ids(venue, ann):
    """Real values, so that not everything is refused at the first glance."""
    market = venue.market()
    return [*market.tokens, market.condition_id, market.slug, market.gamma_id, ann.address]


def check(answer):
    """JSON with a sane status; where it is a refusal, in one of the venue's shapes."""
    status, body = answer
    assert status in SANE, answer
    if status != 200:
        assert isinstance(body, dict), answer
        assert ERROR_FIELDS & body.keys(), answer
        assert "Traceback" not in json.dumps(body)


def money(venue):
    """All that the venue knows of orders, cash and shares."""
    truth = venue.get("/sim/truth")
    return truth["orders"], truth["balances"]


def is_destructive(operation):
    """A well-formed call of these really takes something away; the fuzz leaves them unsigned."""
    return operation in {"DELETE /cancel-all", "DELETE /auth/api-key"}


@quick
@given(data=st.data())
def test_invented_parameters_are_answered_politely(data):
    """Any value in any documented parameter, signed and unsigned."""
    venue, ann = people()
    operation, names = data.draw(st.sampled_from(operations()))
    method, template = operation.split(" ")
    values = st.one_of(texts, st.sampled_from(ids(venue, ann)))
    path = re.sub(r"\{\w+\}", lambda _: quote(data.draw(values), safe=""), template)
    chosen = data.draw(st.lists(st.sampled_from(names), max_size=4)) if names else []
    query = "&".join(f"{name}={quote(data.draw(values))}" for name in chosen)
    before = money(venue)

    caller = venue.call if is_destructive(operation) or data.draw(st.booleans()) else ann.call
    check(caller(method, f"{path}?{query}"))

    assert money(venue) == before


@quick
@given(data=st.data())
def test_invented_bodies_are_answered_politely(data):
    """JSON of any shape, and what is no JSON, for every operation that takes a body."""
    venue, ann = people()
    writing = [each for each, _ in operations() if not each.startswith("GET")]
    operation = data.draw(st.sampled_from([each for each in writing if not is_destructive(each)]))
    method, path = operation.split(" ")
    body = data.draw(
        st.one_of(
            st.binary(max_size=60),
            junk.map(lambda value: json.dumps(value).encode()),
            st.sampled_from([b"", b"[" * 5000, b'{"a":' * 2000, b"\xff\xfe", b"1" * 6000]),
        )
    )
    before = money(venue)

    check(venue.call(method, path, body, ann.headers(method, path, body)))

    assert money(venue) == before


@quick
@given(data=st.data())
def test_a_spoilt_order_is_refused_and_moves_nothing(data):
    """One field of a good order is lost or replaced; the money stays (VENUE §6)."""
    venue, ann = people()
    token = venue.market().tokens[0]
    envelope = ann.sign(token, "BUY", 3 * ONE, 30 * ONE)
    part = envelope["order"] if data.draw(st.booleans()) else envelope
    # Not hashed, and left out without harm.
    fields = sorted(part.keys() - {"deferExec", "postOnly", "orderType"})
    field = data.draw(st.sampled_from(fields))
    value = data.draw(junk.filter(lambda value: value != part[field]))
    if data.draw(st.booleans()):
        part[field] = value
    else:
        del part[field]
    before = money(venue)

    status, body = ann.call("POST", "/order", envelope)
    check((status, body))

    if status == 200:
        ann.call("DELETE", "/order", {"orderID": body["orderID"]})
    assert money(venue)[1] == before[1]


@quick
@given(data=st.data())
def test_a_spoilt_list_of_orders_or_ids_is_answered_item_by_item(data):
    """Batches of anything; what is good among it is answered, the rest refused (VENUE §5.1)."""
    venue, ann = people()
    method = data.draw(st.sampled_from(["POST", "DELETE"]))
    items = data.draw(st.lists(junk, max_size=20))
    before = money(venue)

    status, body = ann.call(method, "/orders", items)
    check((status, body))

    if method == "POST" and status == 200:
        assert [each["success"] and not each["errorMsg"] for each in body] == [False] * len(items)
    assert money(venue) == before


@quick
@given(
    names=st.sampled_from(
        ["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_TIMESTAMP", "POLY_API_KEY", "POLY_PASSPHRASE"]
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80),
    operation=st.sampled_from(["GET /data/orders", "GET /auth/derive-api-key", "POST /order"]),
)
def test_spoilt_headers_open_nothing(names, value, operation):
    """Any text in any header of the signature (VENUE §2)."""
    venue, ann = people()
    method, path = operation.split(" ")
    headers = {**ann.headers(method, path), names: value}

    status, body = venue.call(method, path, b"", headers)

    assert (status, set(body)) in [(401, {"error"})]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/", "//", "/order/", "/data/order/", "/%2e%2e", "/🦭", "/a" * 999]
)
def test_strange_methods_and_paths_are_answered_politely(method, path):
    """Whatever is asked, the answer is JSON."""
    check(people()[0].call(method, path))


def test_huge_bodies_are_refused_at_every_writing_operation():
    """A megabyte is the end, signed or not."""
    venue, ann = people()
    body = b" " * ((1 << 20) + 1)

    for operation, _ in operations():
        method, path = operation.split(" ")
        status, answer = venue.call(method, path, body, ann.headers(method, path, body))
        assert (status, set(answer)) == (413, {"error"})


@quick
@given(payload=junk, path=st.sampled_from(["/sim/accounts", "/sim/clock", "/sim/faults"]))
def test_the_operators_door_refuses_nonsense_too(payload, path):
    """Junk moves neither clock nor money, even with the token."""
    venue, _ = people()
    before = money(venue)

    check(venue.call("POST", path, json.dumps(payload).encode(), ADMIN))

    assert money(venue) == before
