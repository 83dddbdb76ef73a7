"""``kexiang bench NAME``: a measurement in a throw-away home; its last line is one JSON object."""

import argparse
import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

from kexiang_site import cli, env
from kexiang_site.bench.databases import temporary_database

NAMES = {"search": "检索", "web": "网页与接口", "import": "导入", "kills": "杀死索引进程"}
_MODULES = {"import": "imports"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    known = ";".join(f"{name}:{label}" for name, label in NAMES.items())
    parser.add_argument("name", choices=NAMES, help=known)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="这项测试自己的参数,用 --help 查看")


def run(args: argparse.Namespace) -> int:
    """Measure; a wrong answer ends with status 1 before any time is reported."""
    parser = argparse.ArgumentParser(prog=f"kexiang bench {args.name}")
    parser.add_argument("--database", metavar="URL", help="postgresql://…(默认 SQLite)")
    parser.add_argument(
        "--data", default=str(env.PROJECT.parent / "shared" / "data"), help="真实文本所在目录"
    )
    known, _rest = parser.parse_known_args([a for a in args.rest if a not in ("-h", "--help")])
    with ExitStack() as stack:
        stack.enter_context(_home(known.database))
        bench = _module(args.name)
        bench.add_arguments(parser)
        figures = bench.run(parser.parse_args(args.rest))
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    return 0


@contextmanager
def _home(database: str | None) -> Iterator[None]:
    """A home and a database of this run alone; the caller's ones are not touched."""
    folder = tempfile.mkdtemp(prefix="kexiang-bench-")
    given = {k: v for k, v in os.environ.items() if k.startswith("KEXIANG_")}
    for name in given:
        if name not in ("KEXIANG_PACK", "KEXIANG_DEBUG"):
            del os.environ[name]
    os.environ["KEXIANG_HOME"] = folder
    os.environ["KEXIANG_RATE_LIMIT"] = "off"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if database:
            url = stack.enter_context(temporary_database(database))
            os.environ["KEXIANG_DATABASE_URL"] = url
        yield


def _module(name: str) -> ModuleType:
    cli.set_up_django()
    from django.core.management import call_command  # noqa: PLC0415 -- after django.setup()

    Path(os.environ["KEXIANG_HOME"]).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    print(f"bench {name}: {os.environ['KEXIANG_HOME']}", file=sys.stderr, flush=True)
    return importlib.import_module(f"kexiang_site.bench.{_MODULES.get(name, name)}")
