"""Messages leave after the answer: with their cause, once, in time, whatever else runs."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from kexiang.core import jobs, outgoing
from kexiang.core.models import OutgoingMessage
from kexiang.core.worker import Worker, run_pending
from tests.core import jobs_for_tests as work

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Provider:
    """A provider behind a channel: keeps what it was given; may be away for some tries."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.away = 0

    def __call__(self, content: dict[str, Any]) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionRefusedError("away")
        self.got.append(content)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setitem(outgoing._senders, "test", made)
    return made


@pytest.mark.django_db(transaction=True)
def test_message_of_a_rolled_back_change_never_leaves(provider: Provider) -> None:
    with transaction.atomic():
        outgoing.post(channel="test", content={"n": 1}, at=timezone.now())
        transaction.set_rollback(True)
    outgoing.post(channel="test", content={"n": 2}, at=timezone.now())
    assert provider.got == [], "nobody waits for the provider"

    run_pending()

    assert provider.got == [{"n": 2}]
    assert not OutgoingMessage.objects.exists(), "nothing is kept of what has left"


@pytest.mark.django_db
def test_content_never_stands_in_the_queue(provider: Provider) -> None:
    outgoing.post(channel="test", content={"text": "验证码 482913"}, at=timezone.now())

    (row,) = DBTaskResult.objects.all()
    assert "482913" not in str(row.args_kwargs)
    assert row.queue_name == jobs.EXPRESS


@pytest.mark.django_db
def test_provider_that_is_away_is_tried_again(provider: Provider) -> None:
    provider.away = 2
    outgoing.post(channel="test", content={"n": 1}, at=timezone.now())
    for _ in range(3):
        DBTaskResult.objects.update(run_after=AT)
        run_pending()

    assert provider.got == [{"n": 1}]
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


@pytest.mark.django_db
def test_late_message_is_dropped(provider: Provider) -> None:
    lives = timedelta(minutes=3)
    for _ in range(2):
        outgoing.post(channel="test", content={"code": "1"}, at=AT, lives=lives)
    first, second = OutgoingMessage.objects.order_by("id")

    assert not outgoing.deliver(uid=first.uid, at=AT + lives)
    assert outgoing.purge(at=AT + lives + timedelta(seconds=1)) == 1
    assert not outgoing.deliver(uid=second.uid, at=AT)
    assert provider.got == []


@pytest.mark.django_db
def test_unknown_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="no sender"):
        outgoing.post(channel="pigeon", content={}, at=AT)


@pytest.mark.django_db(transaction=True)
def test_code_does_not_wait_behind_a_long_job(provider: Provider, tmp_path: Any) -> None:
    """The main thread is busy for seconds; the message leaves within one."""
    stop = threading.Event()
    worker = Worker(stop=stop)
    jobs.enqueue(work.sleep, path=str(tmp_path / "started"), seconds=4)

    def run() -> None:
        worker.run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        _until((tmp_path / "started").exists)
        began = time.monotonic()
        outgoing.post(channel="test", content={"n": 1}, at=timezone.now())
        _until(lambda: provider.got == [{"n": 1}])
        assert time.monotonic() - began < 2
    finally:
        stop.set()
        thread.join(timeout=20)


def _until(condition: Any, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "not in time"
        time.sleep(0.02)


@pytest.mark.django_db
def test_mail_is_written_down_and_sent_whole(settings: Any) -> None:
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.EMAIL_BACKEND = "kexiang.core.mail.QueuedBackend"
    letter = mail.EmailMultiAlternatives(
        "主题", "正文", "kx@example.org", ["a@example.org"], bcc=["b@example.org"],
        headers={"X-Kind": "notice"}, reply_to=["c@example.org"],
    )  # fmt: skip
    letter.attach_alternative("<p>正文</p>", "text/html")

    assert letter.send() == 1
    assert mail.outbox == []
    run_pending()

    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("主题", "正文", ["a@example.org"])
    assert (sent.bcc, sent.reply_to) == (["b@example.org"], ["c@example.org"])
    assert sent.extra_headers == {"X-Kind": "notice"}
    assert [tuple(part) for part in sent.alternatives] == [("<p>正文</p>", "text/html")]


@pytest.mark.django_db
def test_mail_with_an_attachment_is_refused(settings: Any) -> None:
    settings.EMAIL_BACKEND = "kexiang.core.mail.QueuedBackend"
    letter = mail.EmailMessage("主题", "正文", "kx@example.org", ["a@example.org"])
    letter.attach("a.txt", "x", "text/plain")
    with pytest.raises(ValueError, match="attachments"):
        letter.send()
