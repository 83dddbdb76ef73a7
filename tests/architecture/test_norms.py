"""Sizes and habits (style.md §5.19–5.20). What is allowed to be larger is dated in allow.toml."""

import ast
import re
import tomllib
from datetime import date

from tests.architecture import sources

ALLOW = tomllib.loads(
    (sources.ROOT / "tests" / "architecture" / "allow.toml").read_text(encoding="utf-8")
)
MAX_LINES, MAX_FUNCTION = 400, 40
TODAY = date.today()  # noqa: DTZ011 -- a dated permission runs out on the calendar day


def _allowed(table: str) -> set[str]:
    """Names whose permission has not run out."""
    return {entry["name"] for entry in ALLOW.get(table, []) if entry["until"] >= TODAY}


def test_files_are_short() -> None:
    long = {
        sources.name(path): lines
        for folder in (*sources.PACKAGES, "tests", "tools")
        for path in sources.python_files(folder)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    pages = {
        sources.name(path): lines
        for path in sources.templates()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }

    assert {k: v for k, v in (long | pages).items() if k not in _allowed("file")} == {}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring: explaining is not punished."""
    first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
    return (node.end_lineno or 0) - first.lineno + 1


def test_functions_are_short() -> None:
    long = {}
    for path in sources.python_files():
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _length(node)
                name = f"{sources.name(path)}:{node.name}"
                if lines > MAX_FUNCTION and name not in _allowed("function"):
                    long[name] = lines

    assert long == {}


def test_permissions_to_be_larger_are_used() -> None:
    """A permission for something that has become small is removed."""
    known = {sources.name(path) for f in ("tests", "tools") for path in sources.python_files(f)}
    known |= {sources.name(path) for path in sources.python_files()}
    known |= {sources.name(path) for path in sources.templates()}
    named = [entry["name"].partition(":")[0] for table in ALLOW.values() for entry in table]

    assert [name for name in named if name not in known] == []


def test_everything_is_caught_only_at_the_edge_of_a_process_and_with_a_reason() -> None:
    wrong = []
    for path in sources.python_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(sources.tree(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = "" if node.type is None else ast.unparse(node.type)
            if caught in ("", "Exception", "BaseException"):
                said = " ".join(lines[node.lineno - 2 : node.lineno + 2])
                if "#" not in said:
                    wrong.append(f"{sources.name(path)}:{node.lineno}")

    assert wrong == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(
        r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError|coming soon|敬请期待|开发中"
    )
    wrong = [
        f"{sources.name(path)}:{number}"
        for path in [*sources.python_files(), *sources.templates()]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if later.search(line)
    ]

    assert wrong == []


def test_silenced_warnings_carry_their_reason() -> None:
    """``noqa`` names the rule and why, ``type: ignore`` the kind of error."""
    bare = re.compile(r"#\s*(noqa(?!: [A-Z0-9, ]+ -- \S)|type:\s*ignore(?!\[[\w, -]+\]))")
    wrong = [
        f"{sources.name(path)}:{number}: {line.strip()}"
        for path in sources.python_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]

    assert wrong == []


def test_modules_are_not_called_helpers() -> None:
    wrong = [
        sources.name(path)
        for path in sources.python_files()
        if path.stem in ("utils", "helpers", "common", "misc")
    ]

    assert wrong == []
