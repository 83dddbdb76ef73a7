"""Records under way: each is led to its state by the steps and the people of the regulation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kexiang.catalog import services as catalog
from kexiang.kernel.actor import Actor
from kexiang_site.demo.identity import content
from kexiang_site.demo.organisations import organisations
from kexiang_site.demo.plans import Work
from kexiang_site.demo.settling import Cast


@dataclass(frozen=True, slots=True)
class Desk:
    """The people who act on a record of one unit."""

    author: Actor
    admin: Actor
    county: Actor
    city: Actor

    @classmethod
    def of(cls, unit: str, by: str, cast: Cast) -> "Desk":
        region = organisations()[unit].region
        county = "county_officer" if region == "140403" else f"county_{region}"
        return cls(
            author=cast.keeper(unit) if by == "keeper" else cast.unit_admin(unit),
            admin=cast.unit_admin(unit),
            county=cast.actor(county if region != "140400" else "county_officer"),
            city=cast.actor("bureau_admin"),
        )


def lead(work: Work, values: dict[str, Any], cast: Cast, now: datetime) -> str:
    """Enter the record and lead it to its state; returns its uid."""
    plan = work.plan
    desk = Desk.of(plan["org"], plan["by"], cast)
    times = [now - timedelta(days=days, hours=2) for days in plan["days"]]
    record = catalog.create_record(
        actor=desk.author,
        kind=work.row.kind,
        owner=cast.organisations[plan["org"]],
        raw=values,
        visibility=plan.get("visibility", "public"),
        at=times[0],
    )
    if plan["state"] != "draft":
        record = catalog.submit_record(actor=desk.author, uid=record.uid, at=times[1])
        _finish(record, plan, desk, times[1:])
    return str(record.uid)


def _finish(record: Any, plan: dict[str, Any], desk: Desk, times: list[datetime]) -> None:
    """From the hand-in to the state of the plan."""
    uid, state, last = record.uid, plan["state"], times[-1]
    reviewer = desk.admin if plan["by"] == "keeper" else desk.city
    words = {"reason": plan.get("reason", "")}
    if state in {"returned", "refused"}:
        act = catalog.return_record if state == "returned" else catalog.refuse_record
        act(actor=reviewer, uid=uid, at=last, reason_code=plan["reason_code"], **words)
    elif state == "withdrawn":
        catalog.withdraw_record(actor=desk.author, uid=uid, at=last)
    elif state not in {"unit_check", "dept_check", "city_check"}:
        publish(record, desk, times[0] + timedelta(hours=1))
        _after(uid, plan, desk, last)


def publish(record: Any, desk: Desk, at: datetime) -> None:
    """Every desk approves until the city publishes, declaring the secrecy check."""
    for reviewer, state in ((desk.admin, "unit_check"), (desk.county, "dept_check")):
        if record.state == state:
            record = catalog.approve_record(actor=reviewer, uid=record.uid, at=at)
    catalog.approve_record(actor=desk.city, uid=record.uid, at=at, secrecy_checked=True)


def _after(uid: str, plan: dict[str, Any], desk: Desk, at: datetime) -> None:
    state, reason = plan["state"], plan.get("reason", "")
    if state == "taken_down":
        catalog.take_down_record(actor=desk.admin, uid=uid, at=at, reason=reason)
    elif state == "taken_down_city":
        catalog.take_down_record(actor=desk.city, uid=uid, at=at, reason=reason)
    elif state == "cancelled":
        document = plan["document_no"]
        catalog.cancel_record(actor=desk.admin, uid=uid, at=at, reason=reason, document_no=document)


def open_changes(uids: dict[str, str], owners: dict[str, str], cast: Cast, now: datetime) -> None:
    """Changes of published records that wait to be checked."""
    for plan in content("workflow")["change"]:
        desk = Desk.of(owners[plan["row"]], plan["by"], cast)
        at = now - timedelta(days=plan["days"], hours=3)
        uid = uids[plan["row"]]
        catalog.update_record(actor=desk.author, uid=uid, raw=plan["values"], at=at)
        catalog.submit_record(actor=desk.author, uid=uid, at=at + timedelta(minutes=5))
