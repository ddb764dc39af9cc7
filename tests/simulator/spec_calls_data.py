"""Calls of every Data API operation that the simulator serves, and of its main errors."""

from functools import partial

from spec_scene import Call

call = partial(Call, document="data")
_GOOD = [
    ("/", ""),
    ("/trades", "?limit=5"),
    ("/trades", "?limit=5&user={leader}&takerOnly=false"),
    ("/activity", "?limit=50&user={leader}"),
    ("/activity", "?limit=50&user={ann}"),
    ("/positions", "?user={leader}"),
    ("/positions", "?user={ann}&sizeThreshold=0"),
    ("/closed-positions", "?user={leader}"),
    ("/holders", "?market={condition}"),
    ("/value", "?user={ann}"),
    ("/traded", "?user={leader}"),
    ("/oi", "?market={condition}"),
    ("/live-volume", "?id={event_id}"),
    ("/v1/leaderboard", ""),
]
_REFUSED = [
    ("/trades", "?offset=10001"),
    ("/activity", ""),
    ("/activity", "?user={leader}&offset=5001"),
    ("/positions", "?user=nonsense"),
    ("/closed-positions", ""),
    ("/value", ""),
]

CALLS = [
    *(call(operation=f"GET {path}", path=path + query) for path, query in _GOOD),
    *(call(operation=f"GET {path}", path=path + query, status=400) for path, query in _REFUSED),
]
