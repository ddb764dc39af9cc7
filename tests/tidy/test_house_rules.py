"""The source keeps the house rules that no linter knows."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import house_rules
import pytest
from alembic.script import ScriptDirectory
from house_rules import PYTHON_RULES, Rule, Source

ROOT = Path(__file__).resolve().parents[2]
ALLOWED_AT_THE_TOP = frozenset(
    {"pyproject.toml", "celeryconfig.py", "beat_schedule.py", "Procfile", "README.md"}
    | {"Makefile", "requirements.lock", "migrations", "ltsys", "workers", "tests", "deploy"}
    | {"docs", ".ci", ".gitignore"}
)
# What .gitignore and git itself keep there.
NOT_SOURCE = re.compile(r"\.git|\.venv|build|__pycache__|.*\.egg-info|\..*_cache|\.hypothesis")
TEXT = frozenset({".py", ".toml", ".md", ".lock", ".html", ".css", ".js", ".mako", ".sql", ""})


def sources() -> list[Source]:
    """Every text file of the repository, whether committed yet or not."""
    tops = [path for path in ROOT.iterdir() if path.name in ALLOWED_AT_THE_TOP]
    files = [file for top in tops for file in [top, *top.rglob("*")] if file.is_file()]
    return [
        Source(file.relative_to(ROOT).as_posix(), file.read_text())
        for file in sorted(files)
        if file.suffix in TEXT and "__pycache__" not in file.parts
    ]


@pytest.fixture(scope="module")
def repository() -> list[Source]:
    return sources()


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_the_python_source_keeps(rule: Rule, repository: list[Source]):
    found = [line for source in repository if source.path.endswith(".py") for line in rule(source)]

    assert not found, "\n" + "\n".join(found)


def test_no_file_names_this_machine(repository):
    found = [
        line for source in repository for line in house_rules.nothing_names_this_machine(source)
    ]

    assert not found, "\n" + "\n".join(found)


def test_the_lock_is_plain_and_pins_all_that_is_required():
    source = Source("requirements.lock", (ROOT / "requirements.lock").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = {canonical(line.split("==")[0]) for line in source.text.splitlines()}

    missing = {canonical(re.match(r"[\w.-]+", line)[0]) for line in required} - pinned

    assert not [*house_rules.every_pin_is_plain(source)]
    assert not missing, f"run `make lock`: {missing}"


def test_the_migrations_follow_one_another():
    """Two of one number, or with one parent, and nothing can be brought up to date any more."""
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    numbers = [path.name[:4] for path in sorted((ROOT / "migrations" / "versions").glob("0*.py"))]

    assert [each.revision for each in reversed([*scripts.walk_revisions()])] == numbers


def test_every_make_target_is_described():
    source = Source("Makefile", (ROOT / "Makefile").read_text())

    assert not [*house_rules.every_target_is_described(source)]


def test_the_top_of_the_tree_holds_only_what_belongs_there():
    names = {path.name for path in ROOT.iterdir() if not NOT_SOURCE.fullmatch(path.name)}

    assert not names - ALLOWED_AT_THE_TOP


def test_the_architecture_is_a_one_way_street():
    linter = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
