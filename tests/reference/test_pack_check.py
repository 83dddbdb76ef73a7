"""``kexiang pack check DIR``: every fault of every context, with file and line (A-01)."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from kexiang.kernel.errors import Invalid
from kexiang.reference import models, services
from kexiang_site.commands import pack_
from kexiang_site.pack_checks import CHECKERS

Place = Callable[..., Path]


def run(folder: Path) -> int:
    return pack_.run(argparse.Namespace(action="check", folder=folder))


@pytest.mark.req("A-01")
def test_a_sound_pack_passes(place: Place, capsys) -> None:
    assert run(place()) == 0
    assert capsys.readouterr().out.endswith("没有问题。\n")


@pytest.mark.req("A-01")
def test_faults_of_the_pack_and_of_its_kinds_come_together(place: Place, capsys) -> None:
    folder = place({"synonyms.txt": "TEM\n", "kinds/well.toml": '[kind]\ncode = "well\n'})

    status = run(folder)

    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    assert lines[0].startswith("kinds/well.toml:2: ")
    assert lines[1] == "synonyms.txt:1: 一组同义词至少两个,用逗号分开。"
    assert lines[-1].endswith("发现 2 处问题。")


@pytest.mark.django_db
def test_a_pack_with_a_faulty_kind_is_not_loaded(place: Place, at: datetime) -> None:
    folder = place({"kinds/well.toml": '[kind]\ncode = "well\n'})

    with pytest.raises(Invalid) as caught:
        services.load_pack(folder, at=at, extra_checkers=CHECKERS)

    assert caught.value.problems[0].where == "kinds/well.toml:2"
    assert models.PackVersion.objects.count() == 0
