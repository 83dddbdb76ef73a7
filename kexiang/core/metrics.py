"""Counters of this process in the Prometheus text format, without a client library.

Each web worker counts for itself and names itself by ``pid``; sums over workers are the
scraper's business. Other contexts add gauges through the slot ``metrics``: a callable without
arguments that returns ``list[Gauge]``.
"""

import os
import resource
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kexiang.core.providers import providers

_lock = threading.Lock()
_requests: dict[tuple[str, int], int] = defaultdict(int)
_seconds: dict[tuple[str, int], float] = defaultdict(float)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure of now; ``name`` without the prefix ``kexiang_``."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def count(method: str, status: int, seconds: float) -> None:
    with _lock:
        _requests[method, status] += 1
        _seconds[method, status] += seconds


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
    return f"kexiang_{name}{{{inside}}} {value:g}" if inside else f"kexiang_{name} {value:g}"


def _gauges(gauges: Iterable[Gauge]) -> list[str]:
    lines: list[str] = []
    named: set[str] = set()
    for gauge in gauges:
        if gauge.name not in named:
            named.add(gauge.name)
            lines.append(f"# HELP kexiang_{gauge.name} {gauge.help}")
            lines.append(f"# TYPE kexiang_{gauge.name} gauge")
        lines.append(_line(gauge.name, gauge.labels, gauge.value))
    return lines


def text() -> str:
    """Everything this worker knows, one metric a line."""
    pid = str(os.getpid())
    with _lock:
        requests, seconds = dict(_requests), dict(_seconds)
    lines = [
        "# HELP kexiang_http_requests_total Answered requests",
        "# TYPE kexiang_http_requests_total counter",
    ]
    for (method, status), n in sorted(requests.items()):
        labels = {"pid": pid, "method": method, "status": str(status)}
        lines.append(_line("http_requests_total", labels, n))
    lines += [
        "# HELP kexiang_http_seconds_total Time spent on answered requests",
        "# TYPE kexiang_http_seconds_total counter",
    ]
    for (method, status), spent in sorted(seconds.items()):
        labels = {"pid": pid, "method": method, "status": str(status)}
        lines.append(_line("http_seconds_total", labels, spent))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    lines += _gauges([Gauge("peak_memory_bytes", "Peak resident memory", peak, {"pid": pid})])
    for provider in providers("metrics"):
        lines += _gauges(provider())
    return "\n".join(lines) + "\n"
