"""The queue: in the transaction of its cause, tried again, given back when a worker dies."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from kexiang.core import jobs
from kexiang.core.models import JobRun, JobSchedule
from kexiang.core.worker import STALE, Worker, run_pending
from kexiang.kernel.errors import Invalid, NotFound
from tests.core import jobs_for_tests as work

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _ready_now() -> None:
    DBTaskResult.objects.update(run_after=AT)


@pytest.mark.django_db
def test_job_runs_and_its_result_is_read(tmp_path: Path) -> None:
    job_id = jobs.enqueue(work.write, path=str(tmp_path / "out"), text="一")

    assert run_pending() == 1

    state = jobs.state(job_id)
    assert (state.name, state.status) == ("tests.write", TaskResultStatus.SUCCESSFUL)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "一\n"


@pytest.mark.django_db(transaction=True)
def test_job_of_a_rolled_back_change_is_never_run(tmp_path: Path) -> None:
    with transaction.atomic():
        jobs.enqueue(work.write, path=str(tmp_path / "out"), text="一")
        transaction.set_rollback(True)

    assert run_pending() == 0
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
def test_failed_job_is_tried_again_later_and_succeeds(tmp_path: Path) -> None:
    job_id = jobs.enqueue(work.fail_until, path=str(tmp_path / "out"), times=3)
    worker = Worker()

    worker.run_one()

    row = DBTaskResult.objects.get(pk=job_id)
    assert row.status == TaskResultStatus.READY
    assert timedelta(seconds=2) < row.run_after - row.started_at < timedelta(seconds=8)
    assert worker.run_one() is False, "the pause is kept"
    for _ in range(2):
        _ready_now()
        worker.run_one()
    assert jobs.state(job_id).status == TaskResultStatus.SUCCESSFUL
    assert jobs.state(job_id).attempts == 3


@pytest.mark.django_db
def test_job_that_fails_three_times_is_a_dead_letter_and_can_be_revived(tmp_path: Path) -> None:
    job_id = jobs.enqueue(work.fail_until, path=str(tmp_path / "out"), times=4)
    for _ in range(3):
        _ready_now()
        Worker().run_one()

    assert [str(row.pk) for row in jobs.dead_letters()] == [job_id]
    assert jobs.state(job_id).error == "RuntimeError"

    jobs.revive(job_id)
    Worker().run_one()

    assert jobs.state(job_id).status == TaskResultStatus.SUCCESSFUL
    assert not jobs.dead_letters()


@pytest.mark.django_db
def test_refusal_of_the_domain_is_not_tried_again() -> None:
    job_id = jobs.enqueue(work.refuse)

    run_pending()

    state = jobs.state(job_id)
    assert (state.status, state.error, state.attempts) == ("FAILED", "Conflict", 1)


@pytest.mark.django_db
def test_job_the_program_no_longer_has_is_given_up() -> None:
    job_id = jobs.enqueue(work.refuse)
    DBTaskResult.objects.update(task_path="kexiang.gone.tasks.nothing")

    run_pending()

    assert jobs.state(job_id).error == "JobUnknown"


@pytest.mark.django_db
def test_unknown_job_is_not_found() -> None:
    with pytest.raises(NotFound):
        jobs.state(str(uuid.uuid4()))
    with pytest.raises(NotFound):
        jobs.revive(str(uuid.uuid4()))


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "reaped"), [(STALE / 2, 0), (STALE * 2, 1)])
def test_job_of_another_machine_is_given_back_when_its_heartbeat_is_old(
    age: timedelta, reaped: int
) -> None:
    job_id = jobs.enqueue(work.refuse)
    DBTaskResult.objects.update(status="RUNNING", started_at=AT, worker_ids=["elsewhere:1:1"])
    JobRun.objects.create(task=job_id, worker="elsewhere:1:1", beat_at=AT)

    assert Worker().reap(at=AT + age) == reaped


@pytest.mark.django_db
def test_worker_that_dies_each_time_makes_a_dead_letter() -> None:
    job_id = jobs.enqueue(work.refuse)
    gone = f"{jobs.worker_id().split(':')[0]}:999999999:1"
    DBTaskResult.objects.update(status="RUNNING", started_at=AT, worker_ids=[gone] * 3)

    Worker().reap(at=AT)

    assert jobs.state(job_id).error == "WorkerDied"


@pytest.mark.django_db
def test_schedule_runs_once_per_period_on_one_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEXIANG_TEST_OFTEN", str(tmp_path / "out"))
    only = {name: jobs.specs()[name] for name in ("tests.often", "tests.daily")}
    monkeypatch.setattr(jobs, "specs", lambda: only)
    first, second = Worker(), Worker()

    first.tick()
    second.tick()
    first.tick()

    assert (tmp_path / "out").read_text(encoding="utf-8") == "tick\n"
    assert DBTaskResult.objects.count() == 1, "the long period goes through the queue"
    assert set(JobSchedule.objects.values_list("name", flat=True)) == set(only)


@pytest.mark.django_db
def test_failing_schedule_tells_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEXIANG_TEST_OFTEN", raising=False)
    only = {"tests.often": jobs.specs()["tests.often"]}
    monkeypatch.setattr(jobs, "specs", lambda: only)

    Worker().tick()

    assert JobSchedule.objects.get().last_error.startswith("KeyError")


def test_name_must_have_a_namespace() -> None:
    with pytest.raises(ValueError, match=r"context\.verb"):
        jobs.job("seal")


def test_two_jobs_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="two jobs"):
        jobs.job("tests.write")(work.refuse.func)


def test_pauses_double_and_are_spread() -> None:
    pauses = [jobs.backoff(3).total_seconds() for _ in range(200)]

    assert min(pauses) >= 10
    assert max(pauses) <= 30
    assert max(pauses) - min(pauses) > 5


_CHILD = """
import json, os, signal, sys
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = json.loads(sys.argv[1])
from datetime import timedelta
from tests.core import jobs_for_tests
from kexiang.core.worker import Worker
Worker(first_delay=timedelta(0)).run()
"""


def _worker_process() -> subprocess.Popen[bytes]:
    name = str(connection.settings_dict["NAME"])
    return subprocess.Popen([sys.executable, "-c", _CHILD, json.dumps(name)])


def _until(check, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_job_of_a_killed_worker_is_done_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEXIANG_TEST_OFTEN", str(tmp_path / "often"))
    out = tmp_path / "out"
    job_id = jobs.enqueue(work.hang, path=str(out))
    first = _worker_process()
    try:
        _until(lambda: jobs.state(job_id).done == 1)
        assert jobs.state(job_id).note == "第一步"
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert jobs.state(job_id).status == TaskResultStatus.RUNNING

    second = _worker_process()
    try:
        _until(lambda: jobs.state(job_id).status == TaskResultStatus.SUCCESSFUL)
    finally:
        second.kill()
        second.wait()

    pids = out.read_text(encoding="utf-8").split()
    assert pids == [str(first.pid), str(second.pid)]
    assert jobs.state(job_id).attempts == 2


def test_progress_is_told_only_inside_its_block() -> None:
    told: list[int] = []

    def refused() -> None:
        with jobs.reporting(lambda done, *_: told.append(done)):
            jobs.progress(1)
            raise Invalid([])

    with pytest.raises(Invalid):
        refused()
    jobs.progress(2)
    assert told == [1]
