"""Each rule finds a bad snippet, names its line and spares a good one: it is able to fail."""

import house_rules
import pytest
from house_rules import PYTHON_RULES, Source

LONG = "def f():\n" + "    x = 1\n" * 60
FIXTURES = [
    ("no_function_is_too_long", "ltsys/a.py", LONG, 1, LONG[:-10]),
    ("no_module_is_too_long", "ltsys/a.py", "x = 1\n" * 401, 401, "x = 1\n" * 400),
    ("money_is_never_a_float", "ltsys/domain/a.py", "x = 1\ny = 0.5\n", 2, "y = '0.5'\n"),
    ("money_is_never_a_float", "ltsys/domain/a.py", "x = float('1')\n", 1, "x: float\n"),
    ("time_comes_from_one_adapter", "ltsys/a.py", "\ndatetime.now(UTC)\n", 2, "clock.now()\n"),
    ("time_comes_from_one_adapter", "workers/a.py", "dt.datetime.utcnow\n", 1, "time.monotonic()"),
    ("time_comes_from_one_adapter", "ltsys/a.py", "f(now=time.time)\n", 1, "f(now=clock.now)\n"),
    ("tests_do_not_sleep", "tests/a.py", "import time\ntime.sleep(1)\n", 2, "eventually(f)\n"),
    ("tests_do_not_sleep", "tests/a.py", "from time import sleep\n", 1, "from time import ctime\n"),
    ("named_lessons_exist", "tests/a.py", "def f():\n    '''L65'''\n", 1, "'''L64, L01'''\n"),
    ("named_lessons_exist", "tests/a.py", "'''L00'''\n", 1, "x = 'L99'\n"),
    ("nothing_happens_at_import", "ltsys/a.py", "\ne = create_engine(u)\n", 2, "def f(): Redis()"),
    ("nothing_happens_at_import", "ltsys/a.py", "c = httpx.Client()\n", 1, "f = lambda: Redis()"),
    ("nothing_happens_at_import", "ltsys/a.py", "def f(e=os.environ): ...\n", 1, "import os\n"),
    ("nothing_happens_at_import", "ltsys/a.py", "class A:\n    s = Settings()\n", 2, "s: Settings"),
    (
        "every_exception_to_a_linter_has_a_reason",
        "ltsys/a.py",
        "x = 1\ny = 2  # noqa: S101, B023\n",  # the snippet, not an exception of this file
        2,
        "y = 2  # noqa: S101 - called at once\n",
    ),
    (
        "every_exception_to_a_linter_has_a_reason",
        "ltsys/a.py",
        "y = f()  # type: ignore[arg-type]\n",
        1,
        "y = f()  # type: ignore[arg-type]  # the library lies about None\n",
    ),
    (
        "every_table_says_who_sees_it",
        "migrations/versions/0099_a.py",
        "\nCREATE TABLE a (",
        2,
        "CREATE TABLE a (\nCALL show_own_strategies('a')",
    ),
    ("nothing_names_this_machine", "README.md", "see\n/wo" + "rk/shared\n", 2, "/network/work/a\n"),
    ("every_pin_is_plain", "requirements.lock", "a==1\nb>=2\n", 2, "a==1\nb==2 ; x == 'y'\n"),
    ("every_pin_is_plain", "requirements.lock", "--index-url http://x\n", 1, "a==1.0.post2\n"),
    ("every_pin_is_plain", "requirements.lock", "b==1\na==1\n", 1, "a==1\nB==1\n"),
    ("every_target_is_described", "Makefile", "a: ## yes\nb: a\n", 2, "X := 1\na: ## yes\n"),
]


@pytest.mark.parametrize(("rule", "path", "bad", "line", "good"), FIXTURES)
def test_a_rule_finds_the_bad_and_spares_the_good(rule, path, bad, line, good):
    check = getattr(house_rules, rule)

    found = [*check(Source(path, bad))]

    assert len(found) == 1
    assert found[0].startswith(f"{path}:{line}: ")
    assert not [*check(Source(path, good))]


@pytest.mark.parametrize("name", sorted(house_rules.VAGUE_NAMES))
def test_a_vague_name_is_found_in_folders_and_files(name):
    check = house_rules.no_module_has_a_vague_name

    assert [*check(Source(f"ltsys/{name}.py", ""))]
    assert [*check(Source(f"ltsys/{name}/a.py", ""))]
    assert not [*check(Source(f"ltsys/{name}_of_mine.py", ""))]


def test_every_python_rule_is_shown_to_fail():
    shown = {rule for rule, *_ in FIXTURES} | {"no_module_has_a_vague_name"}

    assert {rule.__name__ for rule in PYTHON_RULES} <= shown
