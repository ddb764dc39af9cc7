"""The rules of STYLE that no linter knows, as functions from a source to its findings."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FUNCTION_LINES = 60
MODULE_LINES = 400
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"}) | {
    "service",
    "services",
}
CLOCK_ADAPTER = "ltsys/adapters/clock.py"
MAY_ACT_AT_IMPORT = frozenset({"celeryconfig.py", "workers/app.py"})
CLOCK_READS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
)
OPENINGS = frozenset({"create_engine", "Client", "AsyncClient", "Redis", "from_url", "Settings"})
LESSON_COUNT = 64
GUARDS_ROWS = 13
"""The migration from which on each table says who sees its rows."""


@dataclass(frozen=True)
class Source:
    """A file of the repository; `path` is relative to its root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def finding(self, line: int, text: str) -> str:
        return f"{self.path}:{line}: {text}"


Rule = Callable[[Source], Iterator[str]]


def no_function_is_too_long(source: Source) -> Iterator[str]:
    """A migration's `upgrade` is spared: it lists columns, which no split makes clearer."""
    if source.path.startswith("migrations/versions/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                text = f"{node.name} has {length} lines, over the limit of {FUNCTION_LINES}"
                yield source.finding(node.lineno, text)


def no_module_is_too_long(source: Source) -> Iterator[str]:
    length = len(source.text.splitlines())
    if length > MODULE_LINES:
        yield source.finding(length, f"{length} lines, over the limit of {MODULE_LINES}")


def no_module_has_a_vague_name(source: Source) -> Iterator[str]:
    for part in Path(source.path).with_suffix("").parts:
        if part in VAGUE_NAMES:
            yield source.finding(1, f"{part!r} says nothing; name the noun or the verb it owns")


def money_is_never_a_float(source: Source) -> Iterator[str]:
    if not source.path.startswith("ltsys/domain/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield source.finding(node.lineno, f"float {node.value} in the domain")
        if isinstance(node, ast.Call) and dotted(node.func) == "float":
            yield source.finding(node.lineno, "float() in the domain")


def time_comes_from_one_adapter(source: Source) -> Iterator[str]:
    """The simulator plays the venue and has its own clock; tests move theirs."""
    if source.path == CLOCK_ADAPTER or source.path.startswith(("ltsys/simulator/", "tests/")):
        return
    for node in ast.walk(source.tree):
        name = ".".join(dotted(node).split(".")[-2:]) if isinstance(node, ast.Attribute) else ""
        if name in CLOCK_READS:
            yield source.finding(node.lineno, f"{name} outside {CLOCK_ADAPTER}; ask the Clock port")


def tests_do_not_sleep(source: Source) -> Iterator[str]:
    if not source.path.startswith("tests/"):
        return
    for node in ast.walk(source.tree):
        sleeps = isinstance(node, ast.Attribute) and dotted(node) == "time.sleep"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            sleeps = any(alias.name == "sleep" for alias in node.names)
        if sleeps:
            yield source.finding(node.lineno, "a test sleeps; move the clock or use `eventually`")


def named_lessons_exist(source: Source) -> Iterator[str]:
    for line, name in lessons_named(source):
        if not 1 <= int(name[1:]) <= LESSON_COUNT:
            yield source.finding(line, f"{name} is not one of L01 to L{LESSON_COUNT}")


def lessons_named(source: Source) -> Iterator[tuple[int, str]]:
    """The ids that the docstrings of a test file claim to prove, with their lines."""
    if not source.path.startswith("tests/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for name in re.findall(r"\bL\d\d\b", ast.get_docstring(node) or ""):
                yield getattr(node, "lineno", 1), name


def nothing_happens_at_import(source: Source) -> Iterator[str]:
    if source.path in MAY_ACT_AT_IMPORT or source.path.startswith(("tests/", "migrations/")):
        return
    for node in evaluated_at_import(source.tree.body):
        name = ""
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in OPENINGS:
            name = f"{dotted(node.func)}()"
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}:
            name = dotted(node)
        if name:
            yield source.finding(node.lineno, f"{name} runs at import; build it in bootstrap")


def every_exception_to_a_linter_has_a_reason(source: Source) -> Iterator[str]:
    directive = r"noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[^\]]*\])?"
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and re.search(rf"#\s*(?:{directive})", token.string):
            reason = re.sub(directive, "", token.string)
            if not re.search(r"[a-zA-Z]{3}", reason):
                yield source.finding(token.start[0], f"{token.string!r} gives no reason")


def nothing_names_this_machine(source: Source) -> Iterator[str]:
    """Assembled from parts, or this file would break its own rule."""
    places = ["/wo" + "rk/", "/opt/whe" + "els", "pypi" + "-more", "/ro" + "ot/", "bash" + "_jobs"]
    words = ["cla" + "ude", "anthro" + "pic", "co" + "dex", "chat" + "gpt"]
    for number, line in enumerate(source.text.splitlines(), start=1):
        for found in [*places, *words]:
            # Only a path that begins here, or a whole word, counts.
            if re.search(rf"(?<![\w.~}}]){re.escape(found)}", line, re.IGNORECASE):
                yield source.finding(number, f"{found!r} belongs to one machine, not to the source")


def every_table_says_who_sees_it(source: Source) -> Iterator[str]:
    """Since the migration that guards rows; those before it are in its own lists."""
    number = re.match(r"migrations/versions/(\d{4})_", source.path)
    if number is None or int(number[1]) <= GUARDS_ROWS:
        return
    shown = r"CALL show_\w+\('{0}'|ALTER TABLE {0} ENABLE ROW LEVEL SECURITY"
    for found in re.finditer(r"CREATE TABLE (\w+)", source.text):
        if not re.search(shown.format(found[1]), source.text):
            line = source.text.count("\n", 0, found.start()) + 1
            yield source.finding(line, f"who sees {found[1]}? `CALL show_own_strategies(...)`")


def every_pin_is_plain(source: Source) -> Iterator[str]:
    lines = []
    for number, line in enumerate(source.text.splitlines(), start=1):
        found = re.fullmatch(r"([A-Za-z0-9._-]+)==[\w.+!]+( ?; ?.+)?", line)
        if found is None or "http" in line.split("==")[-1]:
            yield source.finding(number, f"{line!r} is not `name==version`")
        else:
            # In the order of `LC_ALL=C sort -f`, which folds to upper case.
            lines.append(line.upper())
    if lines != sorted(lines):
        yield source.finding(1, "the lines are not sorted; run `make lock`")


def every_target_is_described(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.match(r"[a-z][\w-]*:(?!=)", line) and not re.search(r"## \w", line):
            yield source.finding(number, f"{line.split(':')[0]!r} has no `## description`")


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of attributes, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def evaluated_at_import(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Everything but the insides of functions; their defaults and decorators do run."""
    for node in nodes:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            continue
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defaults = [default for default in node.args.kw_defaults if default]
            yield from evaluated_at_import([*node.decorator_list, *node.args.defaults, *defaults])
        elif not isinstance(node, ast.Lambda):
            yield from evaluated_at_import(ast.iter_child_nodes(node))


PYTHON_RULES: list[Rule] = [
    no_function_is_too_long,
    no_module_is_too_long,
    no_module_has_a_vague_name,
    money_is_never_a_float,
    time_comes_from_one_adapter,
    tests_do_not_sleep,
    named_lessons_exist,
    nothing_happens_at_import,
    every_exception_to_a_linter_has_a_reason,
    every_table_says_who_sees_it,
]
