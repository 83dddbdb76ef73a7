"""Jobs: work after the answer. The queue is the database, so a job is as durable as its cause.

``@job("context.verb")`` declares one, ``enqueue`` writes it in the transaction of the change
that caused it, and a worker process (``kexiang/core/worker.py``) runs it. django-tasks-db
stores and claims; this module adds names, retries, progress and schedules. A job takes
uids only, is idempotent, and calls one service.
"""

import os
import random
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.module_loading import autodiscover_modules
from django_tasks import TaskResultStatus, task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from kexiang.core.models import JobRun
from kexiang.kernel.errors import NotFound

TRIES = 3
FIRST_DELAY = timedelta(seconds=5)
INLINE_BELOW = timedelta(minutes=1)
DEFAULT, EXPRESS = "default", "express"
"""Queues. ``EXPRESS`` has a thread of its own, so that a log-in code never waits behind an import;
its jobs take seconds at most."""
_NAME = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class JobSpec:
    """``every`` is set for a schedule; below one minute it runs inside the scheduler thread,
    so that sealing every two seconds leaves no rows in the queue."""

    name: str
    task: Task[..., Any]
    tries: int = TRIES
    every: timedelta | None = None

    @property
    def is_inline(self) -> bool:
        return self.every is not None and self.every < INLINE_BELOW


@dataclass(frozen=True, slots=True)
class JobState:
    """What a page may tell about a job. ``total`` is 0 while it is unknown."""

    id: str
    name: str
    status: str
    done: int
    total: int
    note: str
    attempts: int
    error: str
    enqueued_at: datetime
    finished_at: datetime | None

    @property
    def is_finished(self) -> bool:
        return self.status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)


_specs: dict[str, JobSpec] = {}


def job(
    name: str, *, tries: int = TRIES, every: timedelta | None = None, queue: str = DEFAULT
) -> Callable[..., Any]:
    """Declare a module-level function of a ``tasks.py`` as the job ``context.verb``."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"a job is named context.verb, not {name!r}")

    def declare(function: Callable[..., Any]) -> Task[..., Any]:
        declared = task(queue_name=queue)(function)
        known = _specs.get(name)
        if known is not None and known.task.module_path != declared.module_path:
            raise ValueError(f"two jobs are named {name}")
        _specs[name] = JobSpec(name=name, task=declared, tries=tries, every=every)
        return declared

    return declare


def scheduled(name: str, *, every: timedelta, tries: int = TRIES) -> Callable[..., Any]:
    """Declare a job without arguments that runs once per ``every`` on one of the workers."""
    return job(name, tries=tries, every=every)


def specs() -> dict[str, JobSpec]:
    """Every declared job by name; imports the ``tasks`` module of each app first."""
    autodiscover_modules("tasks")
    return dict(_specs)


def spec_of(task_path: str) -> JobSpec | None:
    return next((s for s in _specs.values() if s.task.module_path == task_path), None)


def enqueue(job: Task[..., Any], *, after: datetime | None = None, **kwargs: Any) -> str:
    """Write the job into the queue, in the caller's transaction; returns its id.

    Arguments must be JSON values (uids, numbers, names of fields). ``after`` delays it.
    """
    chosen = job.using(run_after=after) if after else job
    return str(chosen.enqueue(**kwargs).id)


def enqueue_named(name: str, *, after: datetime | None = None, **kwargs: Any) -> str:
    """``enqueue`` for a job of another module of the same or a higher context, by its name."""
    spec = _specs.get(name) or specs()[name]
    return enqueue(spec.task, after=after, **kwargs)


def backoff(attempt: int, *, first: timedelta = FIRST_DELAY) -> timedelta:
    """The pause before the next try: doubling, with ±50 % jitter so that crowds disperse."""
    factor: float = 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 -- not a secret
    return first * factor


@cache
def _host() -> str:
    return socket.gethostname()[:24]


def _started(pid: int) -> str:
    """The kernel's start time of a process: tells a re-used process number from the old one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rsplit(")", 1)[-1].split()[19]


def worker_id() -> str:
    return f"{_host()}:{os.getpid()}:{_started(os.getpid())}"


def is_alive(worker: str) -> bool | None:
    """Whether that worker's process runs; ``None`` when it is on another machine."""
    host, _, rest = worker.partition(":")
    pid, _, started = rest.partition(":")
    if host != _host() or not pid.isdigit():
        return None
    return bool(started) and _started(int(pid)) == started


class _Progress(threading.local):
    report: Callable[[int, int, str], None] | None = None


_progress = _Progress()


def progress(done: int, total: int = 0, note: str = "") -> None:
    """Tell how far the running job is. Outside a worker it does nothing.

    It only sets a variable; the worker's heartbeat writes it, so that it is seen while the
    job's own transaction is still open.
    """
    if _progress.report is not None:
        _progress.report(done, total, note)


@contextmanager
def reporting(report: Callable[[int, int, str], None]) -> Iterator[None]:
    """Send this thread's progress to ``report`` for the length of the block, and no longer."""
    before, _progress.report = _progress.report, report
    try:
        yield
    finally:
        _progress.report = before


def state(job_id: str) -> JobState:
    """How a job stands; raises ``NotFound``."""
    row = DBTaskResult.objects.filter(pk=job_id).first()
    if row is None:
        raise NotFound("没有这个后台任务,可能已过保存期。")
    run = JobRun.objects.filter(pk=job_id).first()
    return state_of(row, run)


def state_of(row: Any, run: JobRun | None) -> JobState:
    spec = spec_of(row.task_path)
    return JobState(
        id=str(row.pk),
        name=spec.name if spec else row.task_path,
        status=row.status,
        done=run.done if run else 0,
        total=run.total if run else 0,
        note=run.note if run else "",
        attempts=len(row.worker_ids),
        error=row.exception_class_path.rsplit(".", 1)[-1],
        enqueued_at=row.enqueued_at,
        finished_at=row.finished_at,
    )


def found(text: str = "", status: str = "") -> Any:
    """Rows of the queue whose job name contains ``text``, in that state."""
    rows = DBTaskResult.objects.all()
    if status:
        rows = rows.filter(status=status)
    if text:
        paths = [s.task.module_path for name, s in specs().items() if text.lower() in name]
        rows = rows.filter(task_path__in=paths)
    return rows


def dead_letters() -> Any:
    """Jobs given up after their last try, newest first (rows of the queue)."""
    return DBTaskResult.objects.failed().order_by("-finished_at")


def revive(job_id: str) -> None:
    """Put a dead job back into the queue with all its tries; raises ``NotFound``."""
    changed = (
        DBTaskResult.objects.failed()
        .filter(pk=job_id)
        .update(
            status=TaskResultStatus.READY,
            worker_ids=[],
            started_at=None,
            finished_at=None,
            exception_class_path="",
            traceback="",
        )
    )
    if not changed:
        raise NotFound("没有这个失败的任务,可能已被重新执行。")
