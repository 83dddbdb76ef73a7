"""The tables against what was agreed: labels of ux.md B2, matrix, every pair, the picture."""

import csv
from pathlib import Path
from typing import Any

import pytest

from kexiang.accounts.types import Role
from kexiang.catalog import policies
from kexiang.catalog.lifecycle import CHANGE, IMPORT, RECORD
from kexiang.catalog.models import PendingChange, Record
from kexiang.catalog.types import ChangeState, Level, RecordAction, RecordState
from kexiang.kernel.actor import Actor, Grant
from kexiang.kernel.errors import Conflict
from tests.catalog.conftest import World

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "record.csv"
PICTURE = ROOT / "docs" / "generated" / "record-lifecycle.md"
CYCLES: dict[str, Any] = {"record": RECORD, "record_change": CHANGE}
B2 = (
    "草稿 待单位审核 待主管部门审核 待市级审核 已发布 变更审核中 "
    "退回修改 不予通过 已撤回 已下架 已注销"
)
BUTTONS = {
    "submit": "提交",
    "approve": "审核通过",
    "return": "退回修改",
    "refuse": "不予通过",
    "take_down": "下架",
    "restore": "恢复",
    "cancel": "注销",
}


def rows() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_labels_are_those_of_the_vocabulary() -> None:
    assert [str(label) for label in RecordState.labels] == B2.split()
    assert {name: str(RecordAction(name).label) for name in BUTTONS} == BUTTONS


def test_matrix_names_every_state_action_and_role() -> None:
    seen = {(r["lifecycle"], r["state"], r["action"], r["role"]) for r in rows()}

    assert len(seen) == len(rows())
    assert {r["state"] for r in rows() if r["lifecycle"] == "record"} == set(RecordState.values)
    assert {r["role"] for r in rows()} == {*Role.values, "system"}
    assert {r["action"] for r in rows()} == set(RecordAction.values)


def test_every_yes_cites_its_article() -> None:
    assert [r for r in rows() if r["allowed"] == "yes" and not r["article"]] == []


@pytest.mark.parametrize("name", CYCLES)
def test_table_is_the_matrix(name: str) -> None:
    table = {
        (source, step.action, role): (step.target, step.article)
        for step in CYCLES[name].steps
        for source in step.sources
        for role in step.by
    }
    golden = {
        (r["state"], r["action"], r["role"]): (r["target"], r["article"])
        for r in rows()
        if r["lifecycle"] == name and r["allowed"] == "yes"
    }

    assert table == golden


@pytest.mark.parametrize("name", CYCLES)
def test_every_pair_has_one_answer(name: str) -> None:
    cycle, states = CYCLES[name], {"record": RecordState, "record_change": ChangeState}[name]
    for state in states.values:
        for action in RecordAction:
            if action in cycle.actions(state):
                assert cycle.step(state, action).target in states.values
            else:
                with pytest.raises(Conflict):
                    cycle.step(state, action)


@pytest.mark.parametrize("cycle", [RECORD, CHANGE, IMPORT], ids=lambda c: c.name)
def test_every_state_is_reached(cycle: Any) -> None:
    reached, before = {cycle.initial}, set()
    while reached != before:
        before = set(reached)
        reached |= {s.target for s in cycle.steps if s.sources & reached}

    assert reached == {state for s in cycle.steps for state in (*s.sources, s.target)}


def actor_for(role: str, world: World) -> Actor:
    org = world.department.uid if role == "dept_officer" else world.university.uid
    region = "140400" if role != "county_officer" else "140403"
    unit = role in {r.value for r in policies_units()}
    grant = Grant(role, org if unit else "", "" if unit else region)
    return Actor("actor".ljust(26, "0"), frozenset({grant}))


def policies_units() -> frozenset[Role]:
    from kexiang.accounts.types import UNIT_ROLES  # noqa: PLC0415

    return UNIT_ROLES


def unsaved(world: World, state: str, role: str) -> Record:
    return Record(
        owner=world.university,
        region="140403",
        state=state,
        created_by="actor".ljust(26, "0"),
        submitted_by="somebody",
        department="" if role == "county_officer" else world.department.uid,
        taken_down_level=Level.UNIT if state == "taken_down" else "",
    )


@pytest.mark.req("A-08", "AA-01")
@pytest.mark.parametrize("name", CYCLES)
def test_policies_allow_exactly_the_matrix(world: World, name: str) -> None:
    for row in rows():
        if row["lifecycle"] != name:
            continue
        state = row["state"] if name == "record" else "change_check"
        record = unsaved(world, state, row["role"])
        change = None
        if name == "record_change":
            change = PendingChange(record=record, state=row["state"], submitted_by="somebody")
        actor = actor_for(row["role"], world)
        allowed = policies.may(actor, RecordAction(row["action"]), record, change)
        assert allowed == (row["allowed"] == "yes"), row


@pytest.mark.parametrize("name", CYCLES)
def test_nobody_acts_outside_his_scope(world: World, name: str) -> None:
    """The same roles, held for another unit, department or region, allow nothing."""
    for row in rows():
        if row["lifecycle"] != name or row["allowed"] == "no" or row["role"] == "system":
            continue
        state = row["state"] if name == "record" else "change_check"
        record = unsaved(world, state, row["role"])
        change = None
        if name == "record_change":
            change = PendingChange(record=record, state=row["state"])
        grant = Grant(row["role"], world.firm.uid if row["role"] in Role.values else "", "")
        if row["role"] in ("county_officer", "bureau_admin"):
            grant = Grant(row["role"], "", "140500")
        actor = Actor("actor".ljust(26, "0"), frozenset({grant}))
        assert not policies.may(actor, RecordAction(row["action"]), record, change), row


def test_picture_is_current() -> None:
    """``docs/generated/record-lifecycle.md`` shows the tables as they are."""
    parts = [
        f"## {cycle.name}\n\n```mermaid\n{cycle.mermaid()}\n```\n" for cycle in (RECORD, CHANGE)
    ]
    wanted = "# Lifecycle of a record and of a change to it\n\n" + "\n".join(parts)

    assert PICTURE.read_text(encoding="utf-8") == wanted
