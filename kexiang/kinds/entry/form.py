"""The form of a kind, made from its spec; no kind has Python of its own.

Validation is that of ``rules``: a page, an import and the API refuse the same things in the same
words. A post that keeps a draft may leave required fields open.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from kexiang.kernel.errors import Problem
from kexiang.kinds.entry.fields import Choices, RawField, field_for
from kexiang.kinds.entry.widgets import KeptFiles, TableWidget
from kexiang.kinds.lookups import label_of
from kexiang.kinds.rules import Cleaned, Cleaner
from kexiang.kinds.types import Group, KindSpec


class KindForm(forms.Form):
    """A record of one kind. After ``is_valid`` the stored values are in ``values``."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        spec: KindSpec,
        cleaner: Cleaner,
        choices: Choices,
        values: Mapping[str, Any] | None = None,
        only: Iterable[str] | None = None,
        draft: bool = False,
        names: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        """``values`` are the stored values to start from, ``only`` the fields to show (all).

        ``names``: what stands for the uids of records and units in the values.
        """
        super().__init__(data, files, initial=dict(values or {}), **options)
        self.spec = spec
        self.cleaner = cleaner
        self.draft = draft
        self.values: dict[str, Any] = dict(values or {})
        self.result = Cleaned()
        wanted = set(only) if only is not None else None
        for one in spec.fields:
            if wanted is None or one.name in wanted:
                field = field_for(one, choices)
                field.names = names or {}
                if isinstance(field.widget, TableWidget):
                    for sub in field.widget.subs.values():
                        sub.names = names or {}
                self.fields[one.name] = field
                _keep_ended(field, self.values.get(one.name))
                if one.required:
                    field.widget.attrs["aria-required"] = "true"
        self._shown = tuple(self.fields)

    @property
    def groups(self) -> list[tuple[Group, list[BoundField]]]:
        """The groups with their bound fields, for a page that shows them one by one."""
        found = []
        for group, fields in self.spec.grouped:
            bound = [self[one.name] for one in fields if one.name in self.fields]
            if bound:
                found.append((group, bound))
        return found

    def is_required(self, name: str) -> bool:
        """Whether the field must be filled in whatever else is chosen."""
        return self.spec.field(name).required

    def clean(self) -> dict[str, Any]:
        """Clean what is shown over what is stored; put every problem at its field."""
        raw = {key: value for key, value in self.values.items() if key not in self._shown}
        for name in self._shown:
            value = self.cleaned_data.get(name)
            if value not in (None, "", [], {}):
                raw[name] = value
        self.result = self.cleaner.clean(raw)
        problems = self.result.faults if self.draft else self.result.problems
        for problem in problems:
            self._place(problem)
        self.values = self.result.values
        return self.values

    def _place(self, problem: Problem) -> None:
        """An error at its field; in a table also at its cell."""
        name, _, rest = problem.where.partition(".")
        widget = self.fields[name].widget if name in self.fields else None
        if isinstance(widget, TableWidget) and rest:
            widget.faults.setdefault(rest, []).append(problem.message)
        self.add_error(name if widget is not None else None, problem.message)

    def uploads(self) -> Iterator[tuple[str, Any]]:
        """New files by field, for the view to store; their uids are then added to the values."""
        for name, field in self.fields.items():
            if isinstance(field.widget, KeptFiles):
                key = f"{self.add_prefix(name)}-new"
                found = self.files.getlist(key) if hasattr(self.files, "getlist") else []
                for upload in found:
                    yield name, upload


def _keep_ended(field: RawField, value: Any) -> None:
    """A stored code that the list offers no longer stays choosable where it stands."""
    widget = field.widget
    if not isinstance(widget, (forms.Select, forms.CheckboxSelectMultiple)):
        return
    if field.spec.type not in ("code", "codes", "region"):
        return
    known = {str(code) for code, _ in widget.choices}
    held = value if isinstance(value, (list, tuple)) else [value] if value else []
    missing = [str(code) for code in held if str(code) not in known]
    widget.choices = [*widget.choices, *((code, label_of(field.spec, code)) for code in missing)]
