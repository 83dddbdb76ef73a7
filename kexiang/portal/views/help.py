"""Help: how to begin, for each sort of visitor, about what exists now; and a search in it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kexiang.core.http import ActorRequest
from kexiang.portal.queries import help as pages

# slug → icon; the titles are below because they are translated per request.
TOPICS = {
    "search": "search",
    "test": "eyedropper",
    "researcher": "mortarboard",
    "keeper": "microscope",
    "unit": "building",
    "review": "clipboard-check",
    "faq": "question-circle",
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
        "researcher": (_("科研人员:怎样找仪器和数据"), _("比较仪器、收藏、引用与致谢")),
        "keeper": (_("仪器负责人:怎样维护仪器页"), _("状态、价格、图片、二维码标签")),
        "unit": (_("单位:怎样入网、填报、导入"), _("开通账号、填写、Excel 批量导入、审核")),
        "review": (_("审核:单位与主管部门怎样审核"), _("审核、退回、下架、注销的含义")),
        "faq": (_("常见问题"), _("按身份分:企业、科研人员、机组、单位、主管部门")),
        "api": (_("开放接口与令牌"), _("程序怎样检索和填报")),
        "access": (_("无障碍与长辈版"), _("键盘、字号、配色、打印")),
        "privacy": (_("隐私政策"), _("收集什么、为什么、保存多久")),
        "contact": (_("联系我们与纠错"), _("电话、工作时间、发现错误怎么办")),
        "sitemap": (_("网站地图"), _("全部页面一览")),
    }


def _prose() -> dict[str, tuple[str, str]]:
    """What the topics say, without the page around it; the site map is no prose."""
    found: dict[str, tuple[str, str]] = {}
    for slug in TOPICS:
        if slug != "sitemap":
            context = {"layout": "portal/help/_bare.html"}
            html = render_to_string(f"portal/help/{slug}.html", context)
            found[slug] = (titles()[slug][0], str(html))
    return found


@require_safe
def index(request: ActorRequest) -> HttpResponse:
    named = titles()
    q = request.GET.get("q", "").strip()[:100]
    context = {
        "topics": [(slug, icon, *named[slug]) for slug, icon in TOPICS.items()],
        "crumbs": [(_("帮助"), "")],
        "q": q,
        "hits": pages.search(pages.sections(_prose()), q) if q else (),
    }
    return render(request, "portal/help/index.html", context)


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
        "layout": "portal/help/_topic.html",
    }
    return render(request, f"portal/help/{slug}.html", context)
