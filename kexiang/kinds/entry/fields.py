"""The control of each field type. What is right is decided by the rules, never here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from kexiang.kinds.entry.widgets import KeptFiles, Picker, TableWidget
from kexiang.kinds.types import FieldSpec

Choices = Callable[[FieldSpec], Sequence[tuple[str, str]]]
PICKED = ("record", "records", "organisation")
_FEW = 8
_LISTED = 300  # of a longer open list several codes are typed, not picked
_EMPTY = ("", _("请选择"))
_INPUT_MODES = {"integer": "numeric", "year": "numeric", "decimal": "decimal", "money": "decimal"}


class RawField(forms.Field):
    """Hands on what was typed; ``KindForm`` cleans all fields together by the rules."""

    def __init__(self, spec: FieldSpec, **options: Any) -> None:
        super().__init__(required=spec.required, **options)
        self.spec = spec
        self.names: Mapping[str, str] = {}

    def clean(self, value: Any) -> Any:
        """What was typed, unchecked: ``required`` only marks the label."""
        return value

    def prepare_value(self, value: Any) -> Any:
        if self.spec.type == "boolean" and isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, (list, tuple)) and isinstance(self.widget, forms.TextInput):
            return ";".join(self.names.get(str(item), str(item)) for item in value)
        if self.spec.type in PICKED:
            return self.names.get(str(value), value)
        return value


def field_for(spec: FieldSpec, choices: Choices) -> RawField:
    """The form field with label, help and control. ``required`` is a mark here, not a check."""
    return RawField(
        spec,
        label=_label(spec),
        help_text=_help(spec),
        widget=_widget(spec, choices),
        initial=spec.default,
    )


def _label(spec: FieldSpec) -> str:
    return f"{spec.label}({spec.money_unit})" if spec.money_unit else spec.label


def _help(spec: FieldSpec) -> str:
    """Help as text: the template shows it as markup, so what a pack says is escaped."""
    parts = [spec.help]
    if spec.example and spec.type not in ("code", "codes", "boolean", "region"):
        parts.append(f"例:{spec.example}")
    return str(escape(" ".join(part for part in parts if part)))


def _widget(spec: FieldSpec, choices: Choices) -> forms.Widget:
    kind = spec.type
    if kind == "table":
        return TableWidget(spec, {sub.name: field_for(sub, choices) for sub in spec.fields})
    if kind in ("image", "images", "file", "files"):
        return KeptFiles(spec)
    if kind in PICKED:
        return Picker(spec)
    if kind in ("code", "codes", "region"):
        items = list(choices(spec))
        if not (spec.many and spec.open_codes and len(items) > _LISTED):
            return _choice_widget(spec, items)
    return _input(spec)


def _choice_widget(spec: FieldSpec, items: list[tuple[str, str]]) -> forms.Widget:
    """A select; few choices of which several may hold are ticks; long lists can be searched."""
    search = {"data-select": ""} if len(items) > _FEW else {}
    if spec.type == "codes":
        if len(items) <= _FEW:
            return forms.CheckboxSelectMultiple(choices=items)
        limit = {"data-max-items": str(spec.max_items)} if spec.max_items else {}
        return forms.SelectMultiple(choices=items, attrs={**search, **limit})
    if spec.open_codes:
        items = [(code, f"{code} {label}") for code, label in items]
    return forms.Select(choices=[_EMPTY, *items], attrs=search)


def _input(spec: FieldSpec) -> forms.Widget:
    if spec.type == "long_text":
        return forms.Textarea(attrs={"rows": 3, "data-count": "", **_length(spec)})
    if spec.type == "boolean":
        return forms.Select(choices=[_EMPTY, ("是", _("是")), ("否", _("否"))])
    if spec.type == "date":
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return _text_input(spec)


def _text_input(spec: FieldSpec) -> forms.Widget:
    attrs: dict[str, Any] = _length(spec)
    if spec.type in _INPUT_MODES:
        attrs = {"inputmode": _INPUT_MODES[spec.type]}
    if spec.many:
        attrs.pop("maxlength", None)
    if spec.type == "url":
        return forms.URLInput(attrs={**attrs, "inputmode": "url"})
    if spec.type == "email":
        return forms.EmailInput(attrs=attrs)
    if spec.type == "phone":
        return forms.TextInput(attrs={**attrs, "type": "tel", "inputmode": "tel"})
    return forms.TextInput(attrs=attrs)


def _length(spec: FieldSpec) -> dict[str, Any]:
    """The browser stops a little later than the rule, so that a pasted text is told, not cut."""
    return {"maxlength": str(spec.max_length * 2)} if spec.max_length else {}
