"""``kexiang bench import``: a large sheet of instruments through the real command.

Every importable column is filled, 2 % of the rows are faulty, texts are shared strings as
Excel writes them. The command runs in a process of its own, whose peak memory is reported;
what it wrote and what it refused is compared with what the sheet holds before any time is told.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from kexiang.accounts.models import Organisation
from kexiang.catalog.models import ImportFault, Record
from kexiang_site.bench.import_sheet import write_sheet
from kexiang_site.home import prepare

OWNER = "导入测试研究院"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=20_000, help="行数")
    parser.add_argument("--faulty", type=float, default=0.02, help="有错行的比例")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """The figures of the issue; raises ``AssertionError`` when a row was lost or let through."""
    at = timezone.now()
    prepare(at=at)
    Organisation.objects.create(
        code="import-bench", name=OWNER, sort_key="daoru", region="140402", created_at=at
    )
    sheet = Path(settings.HOME) / "instruments.xlsx"
    made = write_sheet(sheet, rows=args.rows, share=args.faulty)
    size = sheet.stat().st_size / 1024**2
    print(f"{args.rows:,} 行 × {made.columns} 列,{size:.0f} MB,其中 {len(made.faulty):,} 行有错")
    seconds = _import(sheet)
    _check(args.rows, made.faulty)
    figures = {
        "rows": args.rows,
        "columns": made.columns,
        "faulty": len(made.faulty),
        "rows_per_s": round(args.rows / seconds),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
    }
    print("\n".join(f"{name:<14}{value:>12,}" for name, value in figures.items()))
    return figures


def _import(sheet: Path) -> float:
    command = [sys.executable, "-P", "-m", "kexiang_site.cli", "import", "instrument"]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, str(sheet), "--owner", OWNER, "--valid-rows-only"],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if not re.search(r"^导入完毕", done.stdout, re.M):
        raise AssertionError(done.stdout[-2000:])
    return seconds


def _check(rows: int, faulty: set[int]) -> None:
    """Exactly the faulty rows were refused; every other row is there once."""
    refused = set(ImportFault.objects.values_list("row", flat=True).distinct())
    if refused != faulty:
        sample = sorted(refused ^ faulty)[:5]
        faults = ImportFault.objects.filter(row__in=sample)[:5]
        told = [f"{fault.row} {fault.label}: {fault.message}" for fault in faults]
        raise AssertionError(f"rows {sample} were judged wrongly: {told}")
    written = Record.objects.filter(kind="instrument").count()
    if written != rows - len(faulty):
        raise AssertionError(f"{written} records instead of {rows - len(faulty)}")
