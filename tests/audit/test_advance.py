"""``advance`` on a real stateful record of the test-only lifecycle table."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, models, transaction

from kexiang.audit import services
from kexiang.audit.models import Event
from kexiang.core.models import Stateful
from kexiang.kernel.errors import Conflict
from kexiang.kernel.ids import new_uid
from kexiang.kernel.lifecycle import Lifecycle, Step

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LETTER = Lifecycle(
    "letter",
    initial="draft",
    steps=[
        Step("send", frozenset({"draft"}), "sent", frozenset({"owner"})),
        Step("file", frozenset({"sent", "draft"}), "filed", frozenset({"owner"})),
    ],
)


class Letter(Stateful):
    """A table that only these tests create."""

    uid = models.CharField(max_length=26, default=new_uid)

    class Meta:
        app_label = "support"


@pytest.fixture
def letter(db: None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE support_letter"
            " (id integer primary key, state varchar(24), uid varchar(26))"
        )
    yield Letter.objects.create(id=1, state="draft")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE support_letter")


def test_advance_moves_and_journals(letter: Letter):
    event = services.advance(letter, LETTER, "send", actor="P1", at=AT, reason="R1")

    assert letter.state == "sent"
    assert Letter.objects.get().state == "sent"
    assert (event.kind, event.subject, event.actor) == ("letter.send", f"letter:{letter.uid}", "P1")
    assert event.data == {"from": "draft", "to": "sent", "reason": "R1"}


def test_a_stale_object_is_refused_and_leaves_nothing(letter: Letter):
    stale = Letter.objects.get()
    services.advance(letter, LETTER, "file", actor="P1", at=AT)
    before = Event.objects.count()

    with pytest.raises(Conflict):
        services.advance(stale, LETTER, "send", actor="P2", at=AT)

    assert Letter.objects.get().state == "filed"
    assert stale.state == "draft"
    assert Event.objects.count() == before


def test_a_step_the_table_does_not_have_is_refused(letter: Letter):
    services.advance(letter, LETTER, "send", actor="P1", at=AT)

    with pytest.raises(Conflict):
        services.advance(letter, LETTER, "send", actor="P1", at=AT)


def test_a_move_that_cannot_be_journalled_does_not_happen(letter: Letter):
    with pytest.raises(ValueError, match="journal data"), transaction.atomic():
        services.advance(letter, LETTER, "send", actor="P1", at=AT, note="理由")

    assert Letter.objects.get().state == "draft"
    assert letter.state == "draft"


def test_the_line_goes_with_the_move_when_the_writer_fails(letter: Letter):
    before = Event.objects.count()

    with suppress(RuntimeError), transaction.atomic():
        services.advance(letter, LETTER, "send", actor="P1", at=AT)
        raise RuntimeError

    assert Letter.objects.get().state == "draft"
    assert Event.objects.count() == before
