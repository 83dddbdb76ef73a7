"""后台任务: the list of the system administrator."""

from typing import Any

import pytest
from django.test import RequestFactory
from django_tasks_db.models import DBTaskResult

from kexiang.core import jobs, views_jobs
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import Invalid, NotAllowed, NotAuthenticated, NotFound
from tests.core import jobs_for_tests as work

pytestmark = pytest.mark.django_db
SYSADMIN = Actor("sysadmin", frozenset({Grant("sysadmin")}))
OTHER = Actor("other", frozenset({Grant("bureau_admin", region="140400")}))


@pytest.fixture
def queue() -> dict[str, str]:
    """One job given up, one waiting."""
    dead = jobs.enqueue(work.refuse)
    DBTaskResult.objects.update(status="FAILED", exception_class_path="builtins.OSError")
    return {"dead": dead, "waiting": jobs.enqueue(work.write, path="/x", text="y")}


def _request(path: str = "/work/jobs/", *, actor: Actor = SYSADMIN, method: str = "get") -> Any:
    request: Any = getattr(RequestFactory(), method)(path)
    request.actor = actor
    return request


def _ids(query: str = "") -> list[str]:
    form = views_jobs.JobFilter(dict(part.split("=") for part in query.split("&") if part))
    assert form.is_valid()
    found = jobs.found(form.cleaned_data["q"], form.cleaned_data["state"])
    return [str(row.pk) for row in found.order_by("enqueued_at")]


def test_filters_narrow_the_list(queue: dict[str, str]) -> None:
    assert _ids() == [queue["dead"], queue["waiting"]]
    assert _ids("state=FAILED") == [queue["dead"]]
    assert _ids("q=tests.write") == [queue["waiting"]]
    assert _ids("q=nothing") == []


def test_export_holds_everything_found(queue: dict[str, str]) -> None:
    response = views_jobs.job_list(_request("/work/jobs/?export=1"))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    response.file_to_stream.close()
    assert len(text.strip().splitlines()) == 3
    assert "tests.refuse" in text
    assert "OSError" in text


def test_given_up_job_goes_back_into_the_queue(queue: dict[str, str]) -> None:
    views_jobs.job_revive(_request(method="post"), job_id=queue["dead"])

    assert jobs.state(queue["dead"]).status == "READY"
    with pytest.raises(NotFound):
        views_jobs.job_revive(_request(method="post"), job_id=queue["dead"])


@pytest.mark.parametrize(("actor", "error"), [(ANONYMOUS, NotAuthenticated), (OTHER, NotAllowed)])
def test_only_the_system_administrator_sees_it(actor: Actor, error: type[Exception]) -> None:
    with pytest.raises(error):
        views_jobs.job_list(_request(actor=actor))
    with pytest.raises(error):
        views_jobs.job_revive(_request(actor=actor, method="post"), job_id="x")
    assert views_jobs.menu(actor=actor) == []
    assert len(views_jobs.menu(actor=SYSADMIN)) == 1


def test_unknown_filter_is_told() -> None:
    with pytest.raises(Invalid):
        views_jobs.job_list(_request("/work/jobs/?state=odd"))
