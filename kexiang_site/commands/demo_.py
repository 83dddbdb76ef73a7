"""``kexiang demo``: the demo place, made once, served with its accounts printed.

Imports nothing of Django at the top: a second start finds its stamp and serves at once.
"""

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

from kexiang_site import cli, env
from kexiang_site.commands import serve_
from kexiang_site.errors import CommandError
from kexiang_site.stamps import version_mark

MARK = "demo-place.json"
"""Lies in every demo home, from before the first row; without it nothing is deleted."""
ACCOUNTS = "demo-accounts.json"
TRAINING_HOME = ".kexiang-training"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-serve", action="store_true", help="只准备数据,不启动")
    parser.add_argument("--fresh", action="store_true", help="删除已有演示数据,重新建立")
    parser.add_argument(
        "--training", action="store_true", help=f"培训用的另一份演示数据({TRAINING_HOME})"
    )
    serve_.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    if args.training:
        os.environ["KEXIANG_TRAINING"] = "1"
        os.environ.setdefault("KEXIANG_HOME", str(env.PROJECT / TRAINING_HOME))
    home = env.home()
    if not args.no_serve:
        serve_.check_port(args)
    if args.fresh:
        _delete(home)
    mark = {
        "pack": os.environ.get("KEXIANG_PACK", env.DEFAULT_PACK),
        "training": args.training,
        "version": version_mark(),
    }
    if _read(home) != {**mark, "complete": True}:
        _make(home, mark)
    print(_accounts_table(home))
    if args.no_serve:
        return 0
    return serve_.serve(args, announce="演示平台已启动:{address}(按 Ctrl-C 停止)")


def _read(home: Path) -> Any:
    file = home / MARK
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def _write(home: Path, mark: dict[str, Any]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f".{MARK}"
    fresh.write_text(json.dumps(mark, ensure_ascii=False), encoding="utf-8")
    fresh.replace(home / MARK)


def _delete(home: Path) -> None:
    """Delete a demo home, and only that."""
    if not home.exists() or not any(home.iterdir()):
        return
    if _read(home) is None:
        raise CommandError(f"{home} 不是演示数据目录,没有删除。请用 --home 指定另一个目录。")
    shutil.rmtree(home)


def _make(home: Path, mark: dict[str, Any]) -> None:
    """Make the place, or bring a complete one up to this version."""
    found = _read(home)
    if found is None and (home / "kexiang.sqlite3").exists():
        raise CommandError(f"{home} 里是正式数据,不能用作演示。请用 --home 指定另一个目录。")
    is_upgrade = bool(found and found.get("complete") and _same_place(found, mark))
    if found and not is_upgrade:
        _delete(home)  # a torn build, or another pack: begin anew
    _write(home, {**mark, "complete": is_upgrade})
    cli.set_up_django()
    from kexiang_site.demo_place import make, upgrade  # noqa: PLC0415 -- after django.setup()

    if is_upgrade:
        upgrade()
    else:
        make(home, mark["pack"], training=mark["training"])
    _write(home, {**mark, "complete": True})


def _same_place(found: dict[str, Any], mark: dict[str, Any]) -> bool:
    return all(found.get(name) == mark[name] for name in ("pack", "training"))


def _accounts_table(home: Path) -> str:
    accounts = json.loads((home / ACCOUNTS).read_text(encoding="utf-8"))
    rows = [("角色", "用户名", "密码", "单位")]
    rows += [(a["role"], a["username"], a["password"], a["organisation"]) for a in accounts]
    widths = [max(_width(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row[:3]))
        + f"  {row[3]}"
        for row in rows
    ]
    return "\n".join(["演示账号:", *lines, f"接口令牌见 {home / ACCOUNTS}"])


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)
