"""``kexiang import`` and ``export`` as programs: out, refused, in, and taken back."""

import json
from pathlib import Path
from typing import Any

import pytest

from kexiang.catalog.models import Record
from kexiang_site import cli
from kexiang_site.commands import export_, import_
from tests.catalog.conftest import test_item as item
from tests.catalog.conftest import world

__all__ = ["world"]
item.__test__ = False


def _call(module: Any, *arguments: str) -> int:
    parser = cli._Parser(prog="kexiang")
    module.add_arguments(parser)
    return module.run(parser.parse_args(arguments)) or 0


@pytest.fixture
def lines(tmp_path: Path, world: Any) -> Path:
    """Two good rows and a faulty one, of the university."""
    rows = [item(inner_id=f"T-{number}") for number in range(3)]
    rows[2]["price"] = "很贵"
    path = tmp_path / "items.jsonl"
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def test_dry_run_writes_nothing_and_tells_the_row(
    lines: Path, world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status = _call(import_, "test_item", str(lines), "--owner", "上党大学(演示)", "--dry-run")

    told = capsys.readouterr().out
    assert status == 1
    assert "第 3 行" in told
    assert "合格 2 行,有错 1 行" in told
    assert not Record.objects.exists()


def test_valid_rows_go_in_out_and_are_taken_back(
    lines: Path, world: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _call(import_, "test_item", str(lines), "--owner", "shangdang", "--valid-rows-only")
    told = capsys.readouterr().out
    assert Record.objects.count() == 2

    target = tmp_path / "out.jsonl"
    assert _call(export_, "test_item", str(target)) == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2

    job = told.rsplit("undo ", 1)[1].strip().rstrip(")")
    assert _call(import_, "undo", job) == 0
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["test_item", "/nowhere.xlsx"], "没有这个文件"),
        (["test_item", "{file}", "--owner", "没有的单位"], "没有找到单位"),
        (["test_item", "{file}", "--map", "名称"], "--map"),
        (["test_item", "{file}", "--publish-as", "nobody"], "没有用户"),
    ],
)
def test_wrong_use_is_told(lines: Path, arguments: list[str], sentence: str) -> None:
    given = [part.replace("{file}", str(lines)) for part in arguments]

    with pytest.raises(cli.CommandError, match=sentence):
        _call(import_, *given)


@pytest.mark.parametrize(("name", "sentence"), [("a.doc", "不能导出"), ("a.csv", "已存在")])
def test_export_refuses_other_formats_and_existing_files(
    tmp_path: Path, world: Any, name: str, sentence: str
) -> None:
    (tmp_path / "a.csv").touch()

    with pytest.raises(cli.CommandError, match=sentence):
        _call(export_, "test_item", str(tmp_path / name))
