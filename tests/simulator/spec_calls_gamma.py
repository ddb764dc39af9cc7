"""Calls of every Gamma operation that the simulator serves, and of its main errors."""

from functools import partial

from spec_scene import Call

call = partial(Call, document="gamma")
_GOOD = [
    ("/markets", "/markets?limit=5"),
    ("/markets", "/markets?limit=5&closed=true"),
    ("/markets", "/markets?limit=5&clob_token_ids={up}"),
    ("/markets/{id}", "/markets/{gamma_id}"),
    ("/markets/slug/{slug}", "/markets/slug/{slug}"),
    ("/markets/keyset", "/markets/keyset?limit=5"),
    ("/markets/keyset", "/markets/keyset?limit=5&closed=true"),
    ("/events", "/events?limit=5"),
    ("/events", "/events?limit=5&closed=true"),
    ("/events/{id}", "/events/{event_id}"),
    ("/events/slug/{slug}", "/events/slug/{event_slug}"),
    ("/events/keyset", "/events/keyset?limit=5"),
    ("/tags", "/tags"),
    ("/tags/{id}", "/tags/{tag_id}"),
    ("/tags/slug/{slug}", "/tags/slug/{tag_slug}"),
    ("/public-search", "/public-search?q=bitcoin"),
]
_ABSENT = [
    ("/markets/{id}", "/markets/999999999999"),
    ("/markets/slug/{slug}", "/markets/slug/no-such-market"),
    ("/events/{id}", "/events/999999999999"),
    ("/events/slug/{slug}", "/events/slug/no-such-event"),
    ("/tags/{id}", "/tags/999999999999"),
    ("/tags/slug/{slug}", "/tags/slug/no-such-tag"),
]

CALLS = [
    *(call(operation=f"GET {template}", path=path) for template, path in _GOOD),
    *(call(operation=f"GET {template}", path=path, status=404) for template, path in _ABSENT),
    call(operation="GET /markets/keyset", path="/markets/keyset?after_cursor=nonsense", status=422),
    call(operation="GET /events/keyset", path="/events/keyset?offset=5", status=422),
]
