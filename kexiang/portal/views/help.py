"""Help: how to begin, for each sort of visitor, about what exists now."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kexiang.core.http import ActorRequest

# slug → (icon, template); the titles are below because they are translated per request.
TOPICS = {
    "search": "search",
    "test": "eyedropper",
    "unit": "building",
    "review": "clipboard-check",
    "api": "link-45deg",
    "access": "universal-access",
    "privacy": "shield-check",
    "contact": "telephone",
    "sitemap": "diagram-3",
}


def titles() -> dict[str, tuple[str, str]]:
    """Title and one line of each topic."""
    return {
        "search": (_("怎样检索"), _("词语、引号、排除、字段、筛选与排序")),
        "test": (_("企业:怎样找检测、联系送样"), _("价格、周期、报告形式、资质怎么看")),
        "unit": (_("单位:怎样入网、填报、导入"), _("开通账号、填写、Excel 批量导入、审核")),
        "review": (_("审核:单位与主管部门怎样审核"), _("审核、退回、下架、注销的含义")),
        "api": (_("开放接口与令牌"), _("程序怎样检索和填报")),
        "access": (_("无障碍与长辈版"), _("键盘、字号、配色、打印")),
        "privacy": (_("隐私政策"), _("收集什么、为什么、保存多久")),
        "contact": (_("联系我们与纠错"), _("电话、工作时间、发现错误怎么办")),
        "sitemap": (_("网站地图"), _("全部页面一览")),
    }


@require_safe
def index(request: ActorRequest) -> HttpResponse:
    named = titles()
    topics = [(slug, icon, *named[slug]) for slug, icon in TOPICS.items()]
    return render(
        request, "portal/help/index.html", {"topics": topics, "crumbs": [(_("帮助"), "")]}
    )


@require_safe
def topic(request: ActorRequest, slug: str) -> HttpResponse:
    if slug not in TOPICS:
        raise Http404
    title, lead = titles()[slug]
    context = {
        "title": title,
        "lead": lead,
        "slug": slug,
        "topics": [(other, titles()[other][0]) for other in TOPICS],
        "crumbs": [(_("帮助"), "/help"), (title, "")],
        "record_number": request.GET.get("record", "")[:40],
    }
    return render(request, f"portal/help/{slug}.html", context)
