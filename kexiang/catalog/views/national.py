"""A list in the upload form of the national platform: first what it cannot hold, then the file."""

import tempfile
from pathlib import Path

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.catalog import queries, services
from kexiang.catalog.queries import RecordFilter
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid
from kexiang.kinds.types import FormResult

SHOWN = 200


def record_national(request: ActorRequest, wanted: RecordFilter) -> HttpResponse | FileResponse:
    """The page tells what will be written, what not and why; ``download=1`` gives the file."""
    if services.is_long(request.actor, wanted):
        raise Invalid(_("国家平台填报表一次最多写 5,000 条,请先按单位或状态筛选。"))
    title = str(queries.kind_labels().get(wanted.kind, ""))
    if request.GET.get("download") == "1":
        return shared.download(
            _("%(kind)s-国家平台填报表-%(day)s.xlsx")
            % {"kind": title, "day": f"{timezone.localdate():%Y%m%d}"},
            shared.XLSX,
            lambda target: services.export_national(
                actor=request.actor, wanted=wanted, target=target
            ),
        )
    result = _tried(request, wanted)
    told = result.told
    context = {
        "title": title,
        "result": result,
        "told": told[:SHOWN],
        "told_count": len(told),
        "query": request.GET.urlencode(),
        "trail": shared.trail((_("国家平台填报表"), "")),
    }
    return render(request, "catalog/record_national.html", context)


def _tried(request: ActorRequest, wanted: RecordFilter) -> FormResult:
    """What would become of the records; the file itself is made anew when it is fetched."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "form.xlsx"
        return services.export_national(actor=request.actor, wanted=wanted, target=target)
