"""我的收藏检索: the list, keeping a question, changing it, what is new for it."""

from collections.abc import Iterator
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kexiang.core.forms import show_problems
from kexiang.core.http import ActorRequest
from kexiang.core.tabular import write_csv
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAuthenticated
from kexiang.search import asked, queries, services
from kexiang.search.forms import ChangeForm, SavedSearchForm
from kexiang.search.models import SavedSearch

PER_PAGE = 20
CSV = "text/csv; charset=utf-8"
HEADS = (
    gettext_lazy("名称"),
    gettext_lazy("检索词"),
    gettext_lazy("其他条件(个)"),
    gettext_lazy("提醒"),
    gettext_lazy("状态"),
    gettext_lazy("收藏时间"),
    gettext_lazy("未读(条)"),
    gettext_lazy("地址"),
)


def _require_known(actor: Actor) -> None:
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录,再使用收藏检索。"))


def _row(row: Any) -> dict[str, Any]:
    words, others = asked.conditions(row.question)
    return {"saved": row, "words": words, "others": others, "url": f"/search?{row.question}"}


@require_safe
@never_cache
def saved_list(request: ActorRequest) -> HttpResponseBase:
    _require_known(request.actor)
    found = queries.saved_searches(request.actor)
    if request.GET.get("export"):
        return _export(_cells(found.iterator(chunk_size=100)))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [_row(row) for row in page.object_list]}
    return render(request, "search/saved_list.html", context)


def _cells(found: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    for row in found:
        words, others = asked.conditions(row.question)
        state = _("已暂停") if row.is_paused else _("提醒中")
        if row.frequency == SavedSearch.Frequency.NEVER:
            state = _("不提醒")
        made = timezone.localtime(row.created_at).strftime("%Y-%m-%d %H:%M")
        often = row.get_frequency_display()
        yield row.name, words, others, often, state, made, row.unread, f"/search?{row.question}"


def _export(rows: Iterator[tuple[Any, ...]]) -> FileResponse:
    file = TemporaryFile("w+b")  # noqa: SIM115 -- the response closes it
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    write_csv(text, [str(head) for head in HEADS], rows)
    text.detach().seek(0)
    return FileResponse(file, as_attachment=True, filename="searches.csv", content_type=CSV)


@require_http_methods(["GET", "POST"])
@never_cache
def saved_create(request: ActorRequest) -> HttpResponse:
    """The question comes in the address of this page, as the results page has it."""
    _require_known(request.actor)
    words, others = asked.conditions(request.GET.urlencode())
    initial = {"name": words[:60] or _("我的检索"), "frequency": "weekly"}
    form = SavedSearchForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.save_search(
                actor=request.actor,
                question=request.GET.urlencode(),
                at=timezone.now(),
                **form.cleaned_data,
            )
        except (Invalid, Conflict) as error:
            show_problems(form, error)
        else:
            messages.success(request, _("已收藏“%(name)s”。") % {"name": row.name})
            return redirect("search:saved_list")
    context = {
        "form": form,
        "heading": _("收藏检索"),
        "lead": _("检索词:%(words)s;其他条件 %(others)s 个。")
        % {"words": words or _("(无)"), "others": others},
        "submit_label": _("收藏"),
        "cancel_url": f"/search?{request.GET.urlencode()}",
    }
    return render(request, "ui/form_page.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def saved_detail(request: ActorRequest, uid: str) -> HttpResponse:
    """What is new for it, and the form to change it."""
    _require_known(request.actor)
    row = queries.saved_search(request.actor, uid)
    names = ("name", "frequency", "is_paused")
    form = ChangeForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_search(
                actor=request.actor, uid=uid, at=timezone.now(), **form.cleaned_data
            )
        except (Invalid, Conflict) as error:
            show_problems(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("search:saved_detail", uid=uid)
    told = queries.told_records(request.actor, row)
    return render(request, "search/saved_detail.html", {"form": form, "told": told, **_row(row)})


@require_POST
def saved_read(request: ActorRequest, uid: str) -> HttpResponse:
    _require_known(request.actor)
    services.mark_read(actor=request.actor, uid=uid, at=timezone.now())
    return redirect("search:saved_detail", uid=uid)


@require_POST
def saved_delete(request: ActorRequest, uid: str) -> HttpResponse:
    _require_known(request.actor)
    services.delete_search(actor=request.actor, uid=uid, at=timezone.now())
    messages.success(request, _("已删除。"))
    return redirect("search:saved_list")
