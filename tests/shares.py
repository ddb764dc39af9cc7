"""Which tests one process runs in one go, where several processes share the work."""

DEMO = "the demo"
_TOGETHER = {
    "tests/chaos/test_killed_workers.py": "the recorded hour",
    "tests/story/test_recorded_hour.py": "the recorded hour",
    "tests/entrypoints/test_dashboard_in_a_browser.py": DEMO,
}
"""Files that share what takes long to make."""
_OF_THE_DEMO = "tests/entrypoints/test_lt_"
"""How the names of those begin that share a running demo."""
_APART = ("tests/chaos/test_drill.py",)
"""Files whose tests share nothing and take long one by one."""


def share_of(nodeid: str) -> str:
    """The tests that one process runs in one go: those of a file, as a rule."""
    file = nodeid.split("::", maxsplit=1)[0]
    if file in _APART:
        return nodeid
    return DEMO if file.startswith(_OF_THE_DEMO) else _TOGETHER.get(file, file)
