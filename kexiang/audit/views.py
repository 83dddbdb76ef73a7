"""操作日志: the journal, read-only, for auditor and audit administrator."""

import json
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kexiang.audit import policies, queries, wording, words
from kexiang.audit.forms import JournalFilter
from kexiang.audit.models import Event
from kexiang.core.http import ActorRequest
from kexiang.core.providers import providers
from kexiang.core.tabular import write_csv
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, Problem

CSV = "text/csv; charset=utf-8"
HEADS = (
    lazy("编号"),
    lazy("封存序号"),
    lazy("时间"),
    lazy("事项"),
    lazy("对象"),
    lazy("操作人编号"),
    lazy("操作人"),
    lazy("内容"),
    lazy("封存值"),
    lazy("事项名称"),
)


@require_safe
@never_cache
def journal(request: ActorRequest) -> HttpResponseBase:
    """One page of the journal, or with ``export`` everything found as a file."""
    policies.require_reader(request.actor)
    form = JournalFilter(request.GET)
    if not form.is_valid():
        raise Invalid(
            [
                Problem(name, str(error), str(form.fields[name].label or name))
                for name, errors in form.errors.items()
                for error in errors
            ]
        )
    values = form.cleaned_data
    found = queries.journal(
        request.actor, **{k: values[k] for k in ("kind", "subject", "person", "since", "until")}
    ).order_by(values["sort"] or "-id")
    if request.GET.get("export"):
        return _export(request.actor, found.iterator(chunk_size=2000))
    page = Paginator(found, values["size"]).get_page(values["page"] or 1)
    events = list(page.object_list)
    said = wording.lines(events)
    context = {
        "form": form,
        "page": page,
        "lines": [(e, cells, said[e.pk]) for e, cells in _lines(request.actor, events)],
        "size": values["size"],
    }
    return render(request, "audit/journal.html", context)


def _export(actor: Actor, events: Iterable[Event]) -> FileResponse:
    """Everything found as CSV, because a workbook ends at a million rows."""
    file = TemporaryFile("w+b")  # noqa: SIM115 -- the response closes it
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    write_csv(text, [str(head) for head in HEADS], _cells(actor, events))
    text.detach().seek(0)
    return FileResponse(file, as_attachment=True, filename="journal.csv", content_type=CSV)


def _cells(actor: Actor, events: Iterable[Event]) -> Iterator[tuple[Any, ...]]:
    chunk: list[Event] = []
    for event in events:
        chunk.append(event)
        if len(chunk) == 500:
            yield from (cells for _event, cells in _lines(actor, chunk))
            chunk = []
    yield from (cells for _event, cells in _lines(actor, chunk))


def _lines(actor: Actor, events: list[Event]) -> Iterator[tuple[Event, tuple[Any, ...]]]:
    """Each event with its cells; names come masked from the context that owns people."""
    names: dict[str, str] = {}
    for provider in providers("people.names"):
        names |= provider({event.actor for event in events}, actor)
    for event in events:
        yield (
            event,
            (
                event.pk,
                event.seal_no or "",
                timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M:%S"),
                event.kind,
                event.subject,
                event.actor,
                _("系统") if event.actor.startswith("system:") else names.get(event.actor, ""),
                json.dumps(event.data, ensure_ascii=False, sort_keys=True),
                event.hash or "",
                words.kind_label(event.kind),
            ),
        )
