"""The worker process: claims jobs, keeps their heartbeat, reaps the dead, keeps schedules.

Four threads: the main one runs jobs; the express one runs the short jobs somebody waits for;
the pulse writes heartbeats and progress and gives jobs of dead workers back; the scheduler runs
short schedules and enqueues long ones.
"""

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import TaskContext
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from kexiang.core import jobs
from kexiang.core.models import JobRun, JobSchedule
from kexiang.kernel.errors import DomainError

log = logging.getLogger("kexiang.jobs")

BEAT_S = 2.0
POLL_S = 0.5
EXPRESS_POLL_S = 0.2
STALE = timedelta(seconds=60)


class WorkerDied(Exception):
    """The process that ran the job ended in the middle of it, for the last allowed time."""


class JobUnknown(Exception):
    """The queue names a job that this version of the program does not have."""


class Worker:
    """Runs jobs until ``stop()``; then finishes the job at hand and returns.

    ``queue`` keeps it to one queue; an empty one means all of them.
    """

    def __init__(
        self,
        *,
        first_delay: timedelta = jobs.FIRST_DELAY,
        stop: threading.Event | None = None,
        queue: str = "",
    ) -> None:
        self.id = jobs.worker_id()
        self.queue = queue
        self.first_delay = first_delay
        self._stop = stop or threading.Event()
        self._current: Any = None
        self._told: tuple[int, int, str] = (0, 0, "")

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        """Work until stopped."""
        jobs.specs()
        self.queue = jobs.DEFAULT
        helpers = [
            threading.Thread(target=self._express, name="express"),
            threading.Thread(target=self._every, args=(BEAT_S, self._pulse), name="pulse"),
            threading.Thread(target=self._every, args=(POLL_S, self.tick), name="schedules"),
        ]
        for thread in helpers:
            thread.daemon = True
            thread.start()
        while not self._stop.is_set():
            close_old_connections()
            if not self.run_one():
                self._stop.wait(POLL_S * random.uniform(0.8, 1.2))  # noqa: S311 -- not a secret
        for thread in helpers:
            thread.join(timeout=3)

    def _express(self) -> None:
        """Run the express queue beside the main thread, whatever that is busy with."""
        worker = Worker(first_delay=self.first_delay, stop=self._stop, queue=jobs.EXPRESS)
        while not self._stop.is_set():
            close_old_connections()
            try:
                busy = worker.run_one()
            except DatabaseError as error:
                log.warning("express: %s", error)
                busy = False
            if not busy:
                self._stop.wait(EXPRESS_POLL_S)
        connection.close()

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        while not self._stop.wait(seconds):
            close_old_connections()
            try:
                act()
            except OperationalError as error:
                # SQLite is locked by a long write of the job itself: the next beat will do.
                log.info("%s: %s", threading.current_thread().name, error)
        connection.close()

    def run_one(self) -> bool:
        """Claim and run one ready job; whether there was one."""
        if not self._ready().exists():
            return False
        row = self._claim()
        if row is None:
            return False
        self._current, self._told = row, (0, 0, "")
        try:
            self._run(row)
        finally:
            self._current = None
        return True

    def _ready(self) -> Any:
        rows = DBTaskResult.objects.ready()
        return rows.filter(queue_name=self.queue) if self.queue else rows

    def _claim(self) -> Any:
        try:
            with exclusive_transaction():
                row = self._ready().get_locked()
                if row is None:
                    return None
                row.claim(self.id)
                JobRun.objects.update_or_create(
                    task=row.pk,
                    defaults={
                        "worker": self.id,
                        "beat_at": timezone.now(),
                        "done": 0,
                        "total": 0,
                        "note": "",
                    },
                )
                return row
        except OperationalError as error:
            log.info("claim: %s", error)
            return None

    def _run(self, row: Any) -> None:
        spec = jobs.spec_of(row.task_path)
        try:
            if spec is None:
                raise JobUnknown(row.task_path)
            arguments = row.args_kwargs
            context = [TaskContext(task_result=row.task_result)] if spec.task.takes_context else []
            with jobs.reporting(self._tell):
                result = spec.task.call(*context, *arguments["args"], **arguments["kwargs"])
        except (DomainError, JobUnknown) as error:
            # A refusal of the domain will be the same next time: no use in trying again.
            log.warning("%s refused: %s", row.task_path, error)
            row.set_failed(error)
        except Exception as error:  # noqa: BLE001 -- process boundary: a job must not end the worker
            self._retry_or_bury(row, error, spec.tries if spec else 1)
        else:
            self._pulse()
            row.set_successful(result)

    def _tell(self, done: int, total: int, note: str) -> None:
        self._told = (done, total, note[:200])

    def _retry_or_bury(self, row: Any, error: BaseException, tries: int) -> None:
        attempt = len(row.worker_ids)
        if attempt >= tries:
            log.error("%s given up after %d tries", row.task_path, attempt, exc_info=error)
            row.set_failed(error)
            return
        log.warning("%s failed, try %d of %d", row.task_path, attempt, tries, exc_info=error)
        again = timezone.now() + jobs.backoff(attempt, first=self.first_delay)
        DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(
            status=TaskResultStatus.READY, run_after=again
        )

    def _pulse(self) -> None:
        row = self._current
        if row is not None:
            done, total, note = self._told
            JobRun.objects.filter(task=row.pk, worker=self.id).update(
                beat_at=timezone.now(), done=done, total=total, note=note
            )
        self.reap(at=timezone.now())

    def reap(self, *, at: datetime) -> int:
        """Give back jobs whose worker died; after the last try they become dead letters.

        A worker of this machine is dead when its process is gone; one elsewhere when its
        heartbeat is older than ``STALE``.
        """
        running = list(DBTaskResult.objects.running())
        if not running:
            return 0
        beats = {run.task: run for run in JobRun.objects.filter(task__in=[r.pk for r in running])}
        reaped = 0
        for row in running:
            if row.worker_ids and _is_dead(row, beats.get(row.pk), at):
                spec = jobs.spec_of(row.task_path)
                error = WorkerDied(f"worker {row.worker_ids[-1]} ended during the job")
                self._retry_or_bury(row, error, spec.tries if spec else 1)
                reaped += 1
        return reaped

    def tick(self) -> None:
        """Start every schedule that is due and that no other worker took first."""
        for spec in jobs.specs().values():
            if spec.every is None:
                continue
            now = timezone.now()
            row, _ = JobSchedule.objects.get_or_create(name=spec.name, defaults={"next_at": now})
            if row.next_at > now:
                continue
            taken = JobSchedule.objects.filter(name=spec.name, next_at=row.next_at).update(
                next_at=now + spec.every, last_at=now, worker=self.id
            )
            if taken:
                self._start(spec)

    def _start(self, spec: jobs.JobSpec) -> None:
        if not spec.is_inline:
            spec.task.enqueue()
            return
        try:
            spec.task.call()
            failure = ""
        except Exception as error:  # process boundary: one schedule must not stop the others
            log.exception("schedule %s", spec.name)
            failure = f"{type(error).__name__}: {error}"[:500]
        JobSchedule.objects.filter(name=spec.name).exclude(last_error=failure).update(
            last_error=failure
        )


def _is_dead(row: Any, run: JobRun | None, at: datetime) -> bool:
    alive = jobs.is_alive(row.worker_ids[-1])
    if alive is not None:
        return not alive
    last = run.beat_at if run else row.started_at
    return last is not None and at - last > STALE


def run_pending(limit: int = 1000) -> int:
    """Run what is ready, here and now, in this process: for tests and one-off commands."""
    jobs.specs()
    worker = Worker()
    done = 0
    while done < limit and worker.run_one():
        done += 1
    return done
