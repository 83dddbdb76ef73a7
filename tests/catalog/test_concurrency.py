"""Two people at once: exactly one wins, the other is told; numbers are never given twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from kexiang.catalog import services
from kexiang.catalog.models import Record, RecordStep
from kexiang.kernel.errors import Conflict, Invalid
from tests.catalog.conftest import AT, World, draft, instrument, later


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run ``act`` in threads that start together; returns what each gave or raised."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = act(number)
        except (Conflict, Invalid, OperationalError) as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_one_of_many_approvers_wins(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))

    outcomes = at_once(
        6,
        lambda n: services.approve_record(
            actor=world.city, uid=record.uid, at=AT + timedelta(minutes=n), secrecy_checked=True
        ),
    )

    assert sum(isinstance(outcome, Record) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 5
    assert RecordStep.objects.filter(record=record, target="published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_approve_and_refuse_at_once_give_one_decision(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))

    def decide(number: int) -> Record:
        if number % 2:
            return services.refuse_record(
                actor=world.city, uid=record.uid, at=later(2), reason="不符合"
            )
        return services.approve_record(
            actor=world.city, uid=record.uid, at=later(2), secrecy_checked=True
        )

    outcomes = at_once(4, decide)

    assert sum(isinstance(outcome, Record) for outcome in outcomes) == 1
    record.refresh_from_db()
    assert record.state in ("published", "refused")


@pytest.mark.django_db(transaction=True)
def test_same_own_number_is_entered_once(world: World) -> None:
    from django.db import IntegrityError  # noqa: PLC0415

    def enter(number: int) -> Any:
        try:
            return services.create_record(
                actor=world.keeper, kind="instrument", owner=world.university.uid,
                raw=instrument(), at=AT,
            )  # fmt: skip
        except IntegrityError as error:
            return error

    outcomes = at_once(5, enter)

    assert sum(isinstance(outcome, Record) for outcome in outcomes) == 1
    assert Record.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once(world: World) -> None:
    records = at_once(
        8, lambda n: draft(world, inner_id=f"N{n}", asset_no="", title=f"设备{n}", model=f"M{n}")
    )

    assert all(isinstance(record, Record) for record in records), records
    assert len({record.number for record in records}) == 8
    assert connection.vendor in ("sqlite", "postgresql")
