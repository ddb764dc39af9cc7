"""Every message can be lost or sent twice: the ticks find the same work again (L58, L59)."""

import ast
from pathlib import Path

import pytest

from beat_schedule import beat_schedule

WORKERS = Path(__file__).resolve().parents[2] / "workers"
TICKS = {entry["task"] for entry in beat_schedule.values()}


def calls(node: ast.AST):
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            yield each


def task_name(function: ast.FunctionDef) -> str | None:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            return next(k.value.value for k in decorator.keywords if k.arg == "name")
    return None


def kicked_by(function: ast.FunctionDef) -> set[str]:
    """Names of the tasks that a task sends."""
    found = set()
    for call in calls(function):
        match call.func.id:
            case "kick" | "kick_each":
                found.add(call.args[0].value)
            case "kick_signals":
                found.add("execution.execute_order")
    return found


def tasks() -> dict[str, ast.FunctionDef]:
    made = {}
    for file in sorted(WORKERS.glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and task_name(node):
                made[task_name(node)] = node
    return made


TASKS = tasks()


@pytest.mark.parametrize("name", sorted(TASKS.keys() - TICKS))
def test_what_is_kicked_is_swept(name):
    """The broker may be emptied at any moment (L58)."""
    swept = set().union(*(kicked_by(TASKS[tick]) for tick in TICKS))

    assert name in swept


@pytest.mark.parametrize("name", sorted(TICKS))
def test_a_tick_runs_once_a_slot_whoever_sends_it(name):
    """Two beats are harmless (L59)."""
    guarded = [call for call in calls(TASKS[name]) if call.func.id == "is_first"]

    assert [call.args[0].value for call in guarded] == [name.split(".")[1]]
