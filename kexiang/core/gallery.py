"""Sample data for ``/ui/``, where every component is shown with all its states."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from kexiang.core import assets
from kexiang.kernel.errors import Problem


class SampleForm(forms.Form):
    """One field of each kind of control."""

    name = forms.CharField(label="名称", help_text="与铭牌一致,不写型号。")
    value = forms.DecimalField(label="原值(万元)", min_value=0)
    started = forms.DateField(label="启用日期", required=False)
    mode = forms.ChoiceField(label="开放方式", choices=[("a", "对外开放"), ("b", "仅内部开放")])
    ways = forms.MultipleChoiceField(
        label="可服务方式",
        choices=[("sample", "送样"), ("machine", "上机"), ("training", "培训")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="主要功能", widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label="已完成保密审查")


def context() -> dict[str, Any]:
    today: date = timezone.localdate()
    return {
        "form": SampleForm(initial={"name": "扫描电子显微镜"}),
        "faulty": SampleForm({"name": "", "value": "-1"}, prefix="faulty"),
        "icons": sorted(assets.ICONS),
        "tones": [
            ("ok", "正常"),
            ("info", "进行中"),
            ("warn", "临期"),
            ("bad", "逾期"),
            ("end", "结束"),
        ],
        "dues": [today + timedelta(days=n) for n in (-3, 0, 1, 4, 20)],
        "crumbs": [("大型科研仪器", "/ui/"), ("扫描电子显微镜", "")],
        "rows": [
            ("扫描电子显微镜", "SU8020", "218.00", "可预约", "ok"),
            ("X射线衍射仪", "D8 ADVANCE", "126.50", "维护中", "warn"),
            ("透射电镜", "JEM-2100F", "498.00", "故障停机", "bad"),
        ],
        "columns": [("model", "型号"), ("value", "原值"), ("state", "当前状态")],
        "sizes": [20, 50, 100],
        "steps": ["填写", "单位审核", "市级审核", "发布"],
        "tabs": [("all", "全部", "?", 312), ("instrument", "仪器", "?kind=instrument", 180)],
        "bars": [("潞州区", 120, ""), ("上党区", 45, ""), ("襄垣县", 12, "")],
        "facts": [("型号", "SU8020"), ("产地国别", "日本"), ("启用日期", "2019年6月1日")],
        "problems": [Problem("value", "应为不小于0的数字,例如 218.00。", "原值(万元)", 3)],
    }
