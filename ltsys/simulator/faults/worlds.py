"""Named worlds: fault scripts that stand for a kind of day."""

WORLDS: dict[str, str] = {
    "calm": "",
    "busy": """
        rate 0.01 POST /order: slow 2s
        rate 0.01: too-many-requests retry-after=1
        rate 0.2: no-hashes
        rate 0.02: retry-trade
        rate 0.02: change-hash
        always: unsettled 15s
        always: hide-matched 30s
        always: data-lag 2m
        rate 0.02: ws-duplicate
        rate 0.02: ws-swap
    """,
    "stormy": """
        rate 0.02 POST /order: drop-after-accept
        rate 0.02 POST /order: drop-before-accept
        rate 0.02 POST /order: status-after-accept 502 'could not insert order'
        rate 0.01 POST /order: html-after-accept 502
        rate 0.01: html 403
        rate 0.02: too-many-requests retry-after=2
        rate 0.02 POST /order: slow 7s
        rate 0.01: success-false
        rate 0.05: delay 3s
        rate 0.02: delay 3s unmatched
        rate 0.05: fail-trade
        rate 0.1: retry-trade
        rate 0.1: change-hash
        rate 0.5: no-hashes
        always: unsettled 40s
        always: hide-matched 10m
        always: data-lag 3m
        rate 0.05: ws-duplicate
        rate 0.05: ws-swap
        rate 0.02: ws-lose
        rate 0.005: ws-hang-up
        rate 0.1: ws-array
    """,
    "restart-day": """
        at 2m for 90s: restart post-only=2m
        at 2m: ws-disconnect
        at 2m for 90s: ws-refuse
        at 10m for 1m: disabled
        at 12m for 1m: cancel-only
        at 14m for 1m: post-only
    """,
}
