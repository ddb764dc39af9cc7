"""Calls of every relayer operation that the simulator serves, and of its main errors."""

from functools import partial

from spec_scene import Call, split

call = partial(Call, document="relayer")
_GOOD = [
    ("/nonce", "?address={ann}&type=SAFE"),
    ("/nonce", "?address={ann}&type=PROXY"),
    ("/relay-payload", "?address={ann}&type=PROXY"),
    ("/deployed", "?address={ann}"),
    ("/deployed", "?address={nobody}&type=WALLET"),
    ("/transaction", "?id={transaction}"),
]
_REFUSED = [
    ("/nonce", "?address=nonsense&type=SAFE", 400),
    ("/nonce", "?address={ann}&type=NONSENSE", 400),
    ("/relay-payload", "?type=PROXY", 400),
    ("/deployed", "", 400),
    ("/transaction", "", 400),
    ("/transaction", "?id=0190b317-a1d3-7bec-9b91-eeb6dcd3a620", 404),
    ("/transactions", "", 401),
]

CALLS = [
    *(call(operation=f"GET {path}", path=path + query) for path, query in _GOOD),
    *(
        call(operation=f"GET {path}", path=path + query, status=status)
        for path, query, status in _REFUSED
    ),
    call(operation="GET /transactions", path="/transactions", by="eve"),
    call(operation="POST /submit", path="/submit", by="eve", body=split),
    call(operation="POST /submit", path="/submit", by="eve", status=400),
    call(operation="POST /submit", path="/submit", status=401),
]
