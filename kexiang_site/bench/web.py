"""``kexiang bench web``: real processes under concurrent load; answers are checked first.

The load generator is a process of its own that shares the machine's cores with the server.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kexiang.search.services import rebuild
from kexiang_site.bench import web_seed
from kexiang_site.home import prepare

ITEMS = (1, 3, 50)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--docs", type=int, default=20_000, help="记录数")
    parser.add_argument("--seconds", type=float, default=10, help="每种页面的压测秒数")
    parser.add_argument("--connections", type=int, default=8, help="同时的连接数")
    parser.add_argument("--workers", type=int, default=2, help="网页进程数")
    parser.add_argument("--threads", type=int, default=4, help="每个进程的线程数")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """The figures of the issue; raises ``AssertionError`` when a page is wrong."""
    at = timezone.now()
    prepare(at=at)
    began = time.perf_counter()
    place = web_seed.fill(args.docs, at=at)
    seeded = time.perf_counter() - began
    rebuild()
    print(
        f"{args.docs:,} 条记录写入 {seeded:.0f} 秒,"
        f"建索引 {time.perf_counter() - began - seeded:.0f} 秒"
    )
    queries = _query_counts(place)
    with _server(args) as port:
        requests = _requests(place)
        _check_answers(port, place)
        pages = {name: _load(port, asked, args) for name, asked in requests.items()}
    _show(pages)
    return {"docs": args.docs, "workers": args.workers, "pages": pages, "queries": queries}


def _query_counts(place: web_seed.Place) -> dict[str, int]:
    """Database queries of a page are the same for 1, 3 and 50 items."""
    counts: dict[str, int] = {}
    client = Client(headers={"host": "localhost"})
    for name, path in (("search", "/search"), ("api_search", "/api/v1/search")):
        found = {}
        for size in ITEMS:
            address = f"{path}?q={quote(place.common)}&size={size}"
            client.get(address)  # fills the caches of the process
            with CaptureQueriesContext(
                connection,
            ) as seen:
                answer = client.get(address)
            if answer.status_code != 200:
                raise AssertionError(f"{address}: {answer.status_code}")
            found[size] = len(seen)
        if len(set(found.values())) != 1:
            raise AssertionError(f"{name}: queries grow with the items: {found}")
        counts[name] = found[1]
        print(f"{name}: 1、3、50 条都是 {found[1]} 次数据库查询")
    return counts


def _requests(place: web_seed.Place) -> dict[str, list[tuple[str, str]]]:
    """Page → addresses and a text that each answer must hold."""
    words = [quote(word) for word in place.words]
    return {
        "home": [("/", "</html>")],
        "search": [(f"/search?q={word}", "</html>") for word in words],
        "api_search": [(f"/api/v1/search?q={word}", '"total"') for word in words],
        "record": [(f"/r/{uid}", title) for uid, title in place.samples],
    }


def _get(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as server:
        server.request("GET", path)
        answer = server.getresponse()
        return answer.status, answer.read().decode()


def _check_answers(port: int, place: web_seed.Place) -> None:
    """Each model number finds exactly its records, on the page and in the API."""
    for model, uids in place.models.items():
        status, text = _get(port, f"/api/v1/search?q={quote(model)}&size=100")
        found: dict[str, Any] = json.loads(text) if status == 200 else {"total": 0, "items": []}
        ids = {item["id"] for item in found["items"]}
        if found["total"] != len(uids) or ids != uids:
            raise AssertionError(f"{model}: {found['total']} instead of {len(uids)}")
        status, page = _get(port, f"/search?q={quote(model)}")
        if status != 200 or not all(uid in page for uid in sorted(uids)[:1]):
            raise AssertionError(f"/search?q={model}: {status}")
    print(f"{len(place.models)} 个型号的检索结果全部正确")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(args: argparse.Namespace) -> Iterator[int]:
    """``kexiang serve`` with all its processes, as in production."""
    port = _free_port()
    options = [f"--port={port}", f"--workers={args.workers}", f"--threads={args.threads}"]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "kexiang_site.cli", "serve", *options],
        env={**os.environ, "PYTHONOPTIMIZE": ""},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        if str(port) not in process.stdout.readline():
            raise AssertionError("the server did not start")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)


def _load(port: int, requests: list[tuple[str, str]], args: argparse.Namespace) -> dict[str, Any]:
    task = {"port": port, "connections": args.connections, "requests": requests}
    out = _generator({**task, "seconds": min(2.0, args.seconds)})  # warm
    out = _generator({**task, "seconds": args.seconds})
    times = sorted(out["ms"])
    if out["errors"]:
        print("\n".join(out["errors"][:3]), file=sys.stderr)
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else [0.0] * 19
    return {
        "rps": round(len(times) / args.seconds, 1),
        "p50_ms": round(cuts[9], 1),
        "p95_ms": round(cuts[18], 1),
        "errors": len(out["errors"]),
    }


def _generator(task: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kexiang_site.bench.web_load"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _show(pages: dict[str, dict[str, Any]]) -> None:
    print(f"{'page':<12}{'rps':>9}{'p50 ms':>9}{'p95 ms':>9}{'errors':>8}")
    for name, page in pages.items():
        print(
            f"{name:<12}{page['rps']:>9}{page['p50_ms']:>9}{page['p95_ms']:>9}{page['errors']:>8}"
        )
