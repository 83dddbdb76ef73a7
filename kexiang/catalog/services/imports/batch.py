"""One batch of rows: cleaned, checked against each other and the unit, written in bulk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import Attribute, OrganisationInfo
from kexiang.audit import services as audit
from kexiang.catalog import policies
from kexiang.catalog.models import ImportJob, Record, RecordColumn, RecordLink, Revision
from kexiang.catalog.services import ground, parts, values, writing
from kexiang.catalog.services.columns import columns_of, other_columns
from kexiang.catalog.services.imports.photos import Photos
from kexiang.catalog.services.imports.reading import OWNER, Raw
from kexiang.catalog.types import FaultSort, ImportMode, RecordState
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kernel.ids import new_uid
from kexiang.kinds import queries as kinds
from kexiang.kinds.queries import Cleaner
from kexiang.kinds.types import KindSpec

ENDED = (RecordState.REFUSED, RecordState.CANCELLED)


@dataclass(slots=True)
class Good:
    """A row that may be imported."""

    row: int
    owner: OrganisationInfo
    values: dict[str, Any]
    columns: dict[str, Any]


@dataclass(slots=True)
class Checked:
    """A batch judged: rows to import, faults by their sort, rows to be completed later."""

    goods: list[Good] = field(default_factory=list)
    faults: list[tuple[FaultSort, Problem]] = field(default_factory=list)
    open_rows: set[int] = field(default_factory=set)

    def add(self, sort: FaultSort, problems: Iterable[Problem]) -> None:
        self.faults.extend((sort, problem) for problem in problems)

    @property
    def bad_rows(self) -> int:
        return len({fault.row for _sort, fault in self.faults})


class Workshop:
    """What a pass over one file needs again and again: cleaner, owners, numbers seen so far."""

    def __init__(self, job: ImportJob, actor: Actor, at: datetime) -> None:
        self.job, self.actor, self.at = job, actor, at
        self.spec: KindSpec = kinds.kind(job.kind)
        lookup = values.lookup_for(actor)
        self._find_owner = lookup.organisation
        units: Mapping[str, str] = job.mapping["units"]
        today = timezone.localdate(at)
        self.cleaner = Cleaner(self.spec, lookup, units=units, today=today)
        self._owners: dict[str, OrganisationInfo | None] = {}
        self._departments: dict[int, str] = {}
        self._seen: dict[tuple[int, str], dict[str, int]] = {}
        self._own = accounts.organisation_info(job.owner) if job.owner else None
        self._numbers = parts.number_fields(self.spec)
        self.photos = Photos(job, self.spec, at)

    def check(self, batch: list[Raw]) -> Checked:
        """Clean the rows; what is wrong is told by row and field."""
        done = Checked()
        for number, raw in batch:
            owner = self._owner(raw.pop(OWNER, None), number, done)
            cleaned = self.cleaner.clean(raw, row=number)
            done.add(FaultSort.VALUE, cleaned.faults)
            missing = self._missing(cleaned.missing)
            done.add(FaultSort.MISSING, missing)
            if owner is None or cleaned.faults or missing:
                continue
            try:
                columns = columns_of(self.spec, cleaned.values)
            except Invalid as error:
                found = (Problem(p.where, p.message, p.label, number) for p in error.problems)
                done.add(FaultSort.VALUE, found)
                continue
            if cleaned.missing:
                done.open_rows.add(number)
            done.goods.append(Good(number, owner, cleaned.values, columns))
        self._drop_used_numbers(done)
        return done

    def _missing(self, missing: list[Problem]) -> list[Problem]:
        """What speaks against the row: drafts of a lenient import need no more than a title."""
        if not self.job.is_lenient:
            return missing
        return [problem for problem in missing if problem.where == self.spec.title_field]

    def _owner(self, named: Any, row: int, done: Checked) -> OrganisationInfo | None:
        text = str(named or "").strip()
        if not text and self._own is not None:
            return self._own
        if text not in self._owners:
            self._owners[text] = self._resolve(text)
        owner = self._owners[text]
        if owner is None:
            message = (
                _("单位“%s”没有登记或不在您的填报范围内,请核对全称或先登记该单位。") % text[:40]
            )
            done.add(FaultSort.OWNER, [Problem(OWNER, message, _("单位"), row)])
        return owner

    def _resolve(self, text: str) -> OrganisationInfo | None:
        uid = self._find_owner(text) if text else None
        if uid is None:
            return None
        info = accounts.organisation_infos([uid]).get(uid)
        if info is None or not policies.may_enter(self.actor, info.uid, info.region):
            return None
        return info

    def _drop_used_numbers(self, done: Checked) -> None:
        """Numbers that a unit uses already, or that stand twice in the file, are faults."""
        for column, name in self._numbers:
            taken = self._taken(column, done.goods)
            label = self.spec.field(name).label
            kept = []
            for good in done.goods:
                value = good.columns[column]
                seen = self._seen.setdefault((good.owner.id, column), {})
                before = seen.setdefault(value, good.row)
                message = ""
                if value and (good.owner.id, value) in taken:
                    message = _("%(label)s“%(value)s”在本单位已有记录,请核对是否重复填报。")
                elif value and before != good.row:
                    message = _("%(label)s“%(value)s”与第 %(row)d 行重复,请核对。")
                if message:
                    text = message % {"label": label, "value": value, "row": before}
                    done.add(FaultSort.TWICE, [Problem(name, text, label, good.row)])
                    done.open_rows.discard(good.row)
                else:
                    kept.append(good)
            done.goods = kept

    def _taken(self, column: str, goods: list[Good]) -> set[tuple[int, str]]:
        wanted = {good.columns[column] for good in goods if good.columns[column]}
        if not wanted:
            return set()
        rows = Record.objects.filter(
            kind=self.spec.code,
            owner__in={good.owner.id for good in goods},
            **{f"{column}__in": wanted},
        )
        return set(rows.exclude(state__in=ENDED).values_list("owner_id", column))

    def department(self, organisation_id: int) -> str:
        if organisation_id not in self._departments:
            today = timezone.localdate(self.at)
            facts = accounts.attributes_at([organisation_id], on=today)
            found = facts.get(organisation_id, {}).get(Attribute.DEPARTMENT, "")
            self._departments[organisation_id] = found
        return self._departments[organisation_id]

    def write(self, goods: list[Good]) -> None:
        """Insert the rows with versions, columns and links; the caller's transaction."""
        if not goods:
            return
        year = timezone.localdate(self.at).year
        numbers = ground.take_numbers(self.spec, year, len(goods))
        records = [self._record(good, number) for good, number in zip(goods, numbers, strict=True)]
        Record.objects.bulk_create(records, batch_size=500)
        Revision.objects.bulk_create(map(self._revision, records), batch_size=500)
        self._write_parts(records)
        self.photos.attach(records)
        if self.job.publishes and not self._holds:
            ground.enqueue_many(records)
        audit.record(
            kind="record.import",
            subject=f"import:{self.job.uid}",
            actor=self.job.created_by,
            at=self.at,
            data={"kind": self.spec.code, "records": [record.uid for record in records]},
        )

    @property
    def _holds(self) -> bool:
        return self.job.mode == ImportMode.ALL_OR_NOTHING

    def _record(self, good: Good, number: str) -> Record:
        at, job = self.at, self.job
        shown = at if job.publishes else None
        content = {**good.columns, "title": good.columns["title"] or writing.EMPTY_TITLE}
        return Record(
            uid=new_uid(),
            kind=self.spec.code,
            number=number,
            owner_id=good.owner.id,
            region=good.values.get("region") or good.owner.region,
            department=self.department(good.owner.id),
            state=job.target_state,
            visibility=job.visibility,
            attributes=good.values,
            completeness=kinds.completeness(self.spec, good.values).percent,
            is_held=self._holds,
            created_by=job.created_by,
            created_at=at,
            updated_at=at,
            published_at=shown,
            confirmed_at=shown,
            secrecy_by=job.secrecy_by if job.publishes else "",
            secrecy_at=job.secrecy_at if job.publishes else None,
            import_job=job,
            import_row=good.row,
            **content,
        )

    def _revision(self, record: Record) -> Revision:
        return Revision(
            record=record,
            number=1,
            title=record.title,
            values=record.attributes,
            state=record.state,
            by=self.job.created_by,
            at=self.at,
            note=_("批量导入第 %d 行") % record.import_row,
        )

    def _write_parts(self, records: list[Record]) -> None:
        columns: list[RecordColumn] = []
        wanted: dict[str, list[tuple[Record, str]]] = {}
        for record in records:
            for row in other_columns(self.spec, record.attributes):
                row.record = record
                columns.append(row)
            for name, uid in parts.link_uids(self.spec, record.attributes):
                wanted.setdefault(uid, []).append((record, name))
        RecordColumn.objects.bulk_create(columns, batch_size=1000)
        if wanted:
            self._link(wanted)

    def _link(self, wanted: dict[str, list[tuple[Record, str]]]) -> None:
        targets = {row.uid: row for row in Record.objects.filter(uid__in=wanted)}
        links: list[RecordLink] = []
        behind: dict[int, tuple[Record, list[Record]]] = {}
        for uid, places in wanted.items():
            for record, name in places:
                if uid in targets:
                    links.append(RecordLink(source=record, target=targets[uid], field=name))
                    behind.setdefault(record.pk, (record, []))[1].append(targets[uid])
        RecordLink.objects.bulk_create(links, batch_size=1000)
        for record, rests_on in behind.values():
            expiry = parts.effective_expiry(record.valid_until, rests_on)
            if expiry != record.valid_until:
                Record.objects.filter(pk=record.pk).update(valid_until=expiry)
