"""``./kx lint`` and ``./kx test``: all that CI runs, with a summary of numbers and seconds."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools import launcher, postgres

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PACKAGES = ("kexiang", "kexiang_site")
LINT: dict[str, list[str]] = {
    "mypy": [str(BIN / "mypy"), "--no-error-summary", *PACKAGES],
    "ruff check": [str(BIN / "ruff"), "check", "--quiet", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "import contracts": [str(BIN / "lint-imports")],
    "templates": [str(BIN / "python"), "-m", "tools.check_templates"],
    "i18n": [str(BIN / "python"), "-m", "tools.check_i18n"],
    "generated pages": [str(BIN / "python"), "-m", "tools.generate", "--check"],
}
BROWSERS = ("chromium", "chromium-browser")


@dataclass
class Result:
    """One step: how it ended, and for a test run its numbers."""

    name: str
    ok: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def _environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KEXIANG_")}
    for name in ("KEXIANG_TEST_POSTGRES_URL",):
        if name in os.environ:
            kept[name] = os.environ[name]
    return {**kept, "DJANGO_SETTINGS_MODULE": "kexiang_site.settings_test", **more}


def _lint_step(name: str) -> tuple[Result, str]:
    started = time.monotonic()
    done = subprocess.run(
        LINT[name], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    output = (done.stdout + done.stderr).strip()
    return Result(name, done.returncode == 0, time.monotonic() - started), output


def lint() -> list[Result]:
    """Every check of the code that runs no test, two at a time."""
    results = []
    with ThreadPoolExecutor(2) as pool:
        for result, output in pool.map(_lint_step, LINT):
            print(f"{'ok  ' if result.ok else 'FAIL'} {result.name} ({result.seconds:.1f} s)")
            if not result.ok:
                print(output)
            elif result.name == "import contracts":
                print(f"     {output.splitlines()[-1]}")
            sys.stdout.flush()
            results.append(result)
    return results


def _pytest(name: str, marks: str, *options: str, parallel: bool, **environment: str) -> Result:
    """One run of the suite; its numbers come from the JUnit file."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kexiang-junit-") as folder:
        report = Path(folder) / "report.xml"
        spread = ["-n", "2", "--dist", "loadgroup"] if parallel else []
        done = subprocess.run(
            [str(BIN / "pytest"), "-m", marks, f"--junitxml={report}", "-rs", *spread, *options],
            cwd=ROOT,
            env=_environment(**environment),
            check=False,
        )
        # 5: no test has these marks, which is no failure of this run.
        result = Result(name, done.returncode in (0, 5), time.monotonic() - started)
        return _count(result, report) if report.is_file() else result


def _count(result: Result, report: Path) -> Result:
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 -- our own file
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        result.failed += number["failures"] + number["errors"]
        result.skipped += number["skipped"]
        result.passed += number["tests"] - sum(list(number.values())[1:])
    return result


def _find_browser() -> None:
    """Browser tests use Debian's chromium; where it cannot be had they are reported as not run."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    print("installing chromium and fonts-noto-cjk for the browser tests …", flush=True)
    if not launcher.apt_install("chromium", "fonts-noto-cjk"):
        print("chromium cannot be installed here: browser tests are reported as not run")


def _tests(*, quick: bool) -> list[Result]:
    if quick:
        return [_pytest("SQLite, quick", "not e2e", "--quick", parallel=True)]
    _find_browser()
    results = [
        _pytest("SQLite", "not e2e and not serial", parallel=True),
        _pytest("SQLite, one at a time", "serial and not e2e", parallel=False),
        _pytest("browser", "e2e", parallel=False),
    ]
    started = time.monotonic()
    try:
        with postgres.servers(2) as urls:
            results.append(
                _pytest(
                    "PostgreSQL",
                    "not e2e and not once",
                    parallel=len(urls) > 1,
                    KEXIANG_TEST_DATABASE_URL=" ".join(urls),
                )
            )
    except (OSError, subprocess.CalledProcessError, ImportError) as error:
        print(f"no PostgreSQL could be started: {error}")
        results.append(Result("PostgreSQL", ok=False, seconds=time.monotonic() - started))
    return results


def _summary(results: Sequence[Result]) -> None:
    print(f"\n{'step':<24}{'':>6}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for r in results:
        state = "ok" if r.ok else "FAIL"
        print(f"{r.name:<24}{state:>6}{r.passed:>8}{r.failed:>8}{r.skipped:>9}{r.seconds:>9.1f}")
    passed, failed, skipped = (
        sum(getattr(r, key) for r in results) for key in ("passed", "failed", "skipped")
    )
    print(f"\ntotal: {passed} passed, {failed} failed, {skipped} skipped", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kx")
    parser.add_argument("task", choices=("lint", "test"))
    parser.add_argument("--quick", action="store_true", help="no slow, browser or PostgreSQL tests")
    parser.add_argument("--cluster", action="store_true", help="also against a search cluster")
    args = parser.parse_args()
    if args.cluster:
        print("--cluster: this version has no adapter for a search cluster; nothing to test")
        return 2
    results = lint()
    if args.task == "test":
        results += _tests(quick=args.quick)
        _summary(results)
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
