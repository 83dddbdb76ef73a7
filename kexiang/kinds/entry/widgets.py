"""Widgets for what HTML has no control for: rows of a table, kept files.

All work without JavaScript: a table shows its rows and some empty ones, a row is removed by
emptying it. Names are ``prices-0-item``, the same for form posts and autosave.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kexiang.kinds.types import FieldSpec

SPARE_ROWS = 2
_PARTS = re.compile(r"[;；\n]")
_MOST_ROWS = 600
# In the row a script copies: the number in names and ids, and the number people read.
BLANK = "__row__"
PLACE = "__place__"


class TableWidget(forms.Widget):
    """A table field: a line of controls per row, headed by the columns' labels."""

    template_name = "kinds/widgets/table.html"
    use_fieldset = True

    def __init__(self, spec: FieldSpec, subs: Mapping[str, Any]) -> None:
        super().__init__()
        self.spec = spec
        self.subs = subs
        self.faults: dict[str, list[str]] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-")
        numbers = sorted({int(m.group(1)) for key in data if (m := pattern.match(str(key)))})
        rows = []
        for number in numbers[:_MOST_ROWS]:
            row = {
                sub: field.widget.value_from_datadict(data, files, f"{name}-{number}-{sub}")
                for sub, field in self.subs.items()
            }
            if any(value not in (None, "", []) for value in row.values()):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(str(key).startswith(f"{name}-") for key in data)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [row for row in value or () if isinstance(row, Mapping)]
        single = self.spec.is_single_table
        total = 1 if single else max(len(rows) + SPARE_ROWS, 3)
        if not single and self.spec.max_items:
            total = max(min(total, self.spec.max_items), len(rows))
        filled = [*rows, *({} for _ in range(total - len(rows)))]
        context["single"] = single
        context["can_add"] = not single and total < (self.spec.max_items or _MOST_ROWS)
        context["max_rows"] = self.spec.max_items or _MOST_ROWS
        context["columns"] = self.spec.fields
        attrs = context["widget"]["attrs"]
        context["rows"] = [self._row(name, n, row, attrs) for n, row in enumerate(filled)]
        context["blank"] = None if single else self._row(name, BLANK, {}, attrs)
        return context

    def _row(
        self, name: str, number: int | str, row: Mapping[str, Any], attrs: Mapping[str, Any]
    ) -> dict[str, Any]:
        cells = [
            self._cell(name, number, sub, row.get(sub.name), attrs) for sub in self.spec.fields
        ]
        return {"number": number, "cells": cells}

    def _cell(
        self, name: str, number: int | str, sub: FieldSpec, value: Any, attrs: Mapping[str, Any]
    ) -> dict[str, Any]:
        key = f"{name}-{number}-{sub.name}"
        errors = self.faults.get(f"{number}.{sub.name}", [])
        field = self.subs[sub.name]
        own = {"id": f"{attrs.get('id', name)}-{number}-{sub.name}"}
        select = isinstance(field.widget, forms.Select)
        own["class"] = "form-select" if select else "form-control"
        if errors:
            own |= {"aria-invalid": "true", "aria-describedby": f"{own['id']}_error"}
            own["class"] += " is-invalid"
        place = number + 1 if isinstance(number, int) else PLACE
        own["aria-label"] = f"{sub.label} {_('第 %(number)s 行') % {'number': place}}"
        control: SafeString = field.widget.render(key, field.prepare_value(value), own)
        return {"spec": sub, "control": control, "errors": errors, "id": own["id"]}


class Picker(forms.TextInput):
    """Records or a unit: what is chosen stands as “编号 名称”, several with a semicolon between.

    Without a script it is typed (number or full name); with one it suggests (pick.js).
    """

    def __init__(self, spec: FieldSpec) -> None:
        most = (spec.max_items or 1) if spec.many else 1
        target = "organisation" if spec.type == "organisation" else spec.target
        super().__init__(attrs={"data-pick": target, "data-pick-max": str(most)})
        self.many = spec.many

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was typed; for several the list, parted at semicolons and lines only.

        Titles may carry commas. A program may also send the list itself.
        """
        value = data.get(name)
        if not self.many or not isinstance(value, str):
            return value
        return [part for piece in _PARTS.split(value) if (part := piece.strip())]


class KeptFiles(forms.Widget):
    """Files of a record: those kept (each may be unticked), and a control to add new ones.

    The value is the list of uids kept; new uploads stand under ``<name>-new`` for the view.
    """

    template_name = "kinds/widgets/files.html"
    use_fieldset = True
    needs_multipart_form = True

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.spec = spec

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        found = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, [])
        return [found] if isinstance(found, str) else list(found or [])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-present" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        uids = [value] if isinstance(value, str) and value else list(value or [])
        image = self.spec.type in ("image", "images")
        context |= {
            "uids": uids,
            "image": image,
            "many": self.spec.many,
            "accept": "image/jpeg,image/png,image/heic,image/heif,.heic" if image else "",
            "limit": self.spec.max_items or 1,
        }
        return context
