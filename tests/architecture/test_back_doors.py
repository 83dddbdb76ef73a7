"""What the import contracts cannot see (style.md §5.5)."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from kexiang.core import jobs
from tests.architecture import sources

OUR_APPS = [config for config in apps.get_app_configs() if config.name.startswith("kexiang")]
NAMESPACED = re.compile(r"[a-z_]+\.[a-z_]+")


def test_relations_across_contexts_have_no_way_back() -> None:
    open_ways = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for config in OUR_APPS
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model is not None
        and field.related_model._meta.app_label != model._meta.app_label
        and not field.remote_field.hidden
    ]

    assert open_ways == []


def _context(path: Path) -> str:
    parts = path.relative_to(sources.ROOT).parts
    return parts[1] if parts[0] == "kexiang" else "site"


def test_templates_name_no_address_of_a_higher_context() -> None:
    ranks = sources.ranks()
    wrong = []
    for path in sources.templates():
        own = ranks.get(_context(path), -1)
        text = path.read_text(encoding="utf-8")
        wrong += [
            f"{sources.name(path)}: {namespace}"
            for namespace in re.findall(r"{%\s*url\s+[\"'](\w+):", text)
            if namespace in ranks and ranks[namespace] < own
        ]

    assert wrong == []


def test_code_names_no_address_of_a_higher_context() -> None:
    ranks = sources.ranks()
    wrong = []
    for path in sources.python_files("kexiang"):
        own = ranks.get(_context(path), -1)
        for node in ast.walk(sources.tree(path)):
            is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "reverse",
                "reverse_lazy",
                "redirect",
            )
            if is_call and node.args and isinstance(node.args[0], ast.Constant):
                namespace = str(node.args[0].value).partition(":")[0]
                if namespace in ranks and ranks[namespace] < own:
                    wrong.append(f"{sources.name(path)}:{node.lineno}: {namespace}")

    assert wrong == []


def test_jobs_are_named_by_their_context_and_live_in_tasks() -> None:
    labels = {config.label for config in OUR_APPS}
    wrong = [
        name
        for name, spec in jobs.specs().items()
        if not name.startswith("tests.")
        and (
            not NAMESPACED.fullmatch(name)
            or name.partition(".")[0] not in labels
            or f"kexiang.{name.partition('.')[0]}." not in spec.task.module_path
            or ".tasks" not in spec.task.module_path
        )
    ]

    assert wrong == []
    assert "core.purge" in jobs.specs()


def test_every_task_is_declared_with_a_name() -> None:
    """django-tasks' own decorator would make a job without retries and progress."""
    wrong = [
        sources.name(path)
        for path in sources.python_files("kexiang")
        if sources.name(path) != "kexiang/core/jobs.py"
        and re.search(r"from django_tasks import .*\btask\b", path.read_text(encoding="utf-8"))
    ]

    assert wrong == []


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in node.keywords if word.arg == name), None)


def test_journal_kinds_are_namespaced() -> None:
    wrong = []
    for path in sources.python_files("kexiang"):
        for node in ast.walk(sources.tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called not in ("audit.record", "audit.services.record", "record", "Entry"):
                continue
            kind = _keyword(node, "kind")
            if isinstance(kind, ast.Constant) and not NAMESPACED.fullmatch(str(kind.value)):
                wrong.append(f"{sources.name(path)}:{node.lineno}: {kind.value}")

    assert wrong == []


def test_only_the_journal_writes_states() -> None:
    """``audit.services.advance`` is the one place where a ``state`` column changes."""
    wrong = []
    for path in sources.python_files("kexiang"):
        if path.is_relative_to(sources.ROOT / "kexiang" / "audit"):
            continue
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update":
                if _keyword(node, "state") is not None:
                    wrong.append(f"{sources.name(path)}:{node.lineno}")
            elif isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Attribute) and target.attr == "state"
                for target in node.targets
            ):
                wrong.append(f"{sources.name(path)}:{node.lineno}")

    assert wrong == []


def test_raw_sql_stays_in_its_own_context() -> None:
    """A table of another context must not appear in a context's SQL."""
    tables = {
        model._meta.db_table: config.label for config in OUR_APPS for model in config.get_models()
    }
    wrong = []
    for path in sources.python_files("kexiang"):
        own = _context(path)
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if not re.search(
                    r"\b(SELECT|INSERT|UPDATE|DELETE)\b[\s\S]+\b(FROM|INTO|SET)\b", node.value
                ):
                    continue
                for table, label in tables.items():
                    if label != own and re.search(rf"\b{table}\b", node.value):
                        wrong.append(f"{sources.name(path)}:{node.lineno}: {table}")

    assert wrong == []


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_constraint_and_index_names_are_short_and_named_after_their_table() -> None:
    """≤ 30 characters (Oracle-mode databases); ``<table>_<meaning>``."""
    wrong = [
        f"{model._meta.label}: {item.name}"
        for config in OUR_APPS
        for model in config.get_models()
        for item in [*model._meta.constraints, *model._meta.indexes]
        if len(item.name) > 30
    ]

    assert wrong == []


def _patterns(resolver: URLResolver, prefix: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append(path)
        else:
            found += _patterns(entry, path)
    return found


def test_addresses_of_the_contract_are_there_and_the_admin_is_not() -> None:
    """design.md §3; the Django admin is not mounted."""
    known = _patterns(get_resolver())
    for path in ("healthz", "readyz", "metrics", "search", "api/v1/openapi.json"):
        assert path in known
    assert not [path for path in known if path.startswith("admin")]
