"""How every form looks: one renderer, one field template (label, help, error, required mark)."""

from pathlib import Path
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Engine
from django.utils.functional import cached_property

from kexiang.kernel.errors import DomainError, Invalid

CLASSES = {
    "CheckboxInput": "form-check-input",
    "RadioSelect": "form-check-input",
    "CheckboxSelectMultiple": "form-check-input",
    "Select": "form-select",
    "SelectMultiple": "form-select",
    "NullBooleanSelect": "form-select",
    "HiddenInput": "",
    "MultipleHiddenInput": "",
}


def show_problems(form: forms.Form, error: DomainError) -> None:
    """Add the faults a service found to their fields; those without a field stand above."""
    if not isinstance(error, Invalid):
        form.add_error(None, str(error))
        return
    for problem in error.problems:
        where = problem.where if problem.where in form.fields else None
        form.add_error(where, problem.message)


def control_class(widget: forms.Widget) -> str:
    """The style of a widget; the nearest known ancestor decides, text-like by default."""
    for ancestor in type(widget).__mro__:
        if ancestor.__name__ in CLASSES:
            return CLASSES[ancestor.__name__]
    return "form-control"


class BoundField(forms.BoundField):
    """A field that gives its widget the house style."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        used = widget or self.field.widget
        own = f"{attrs.get('class', '')} {used.attrs.get('class', '')}".strip()
        classes = f"{control_class(used)} {own}".strip()
        if self.errors:
            classes += " is-invalid"
        if classes:
            attrs["class"] = classes
        return attrs


class FormRenderer(DjangoTemplates):
    """Our form and field templates, Django's widgets."""

    form_template_name = "ui/form.html"
    formset_template_name = "ui/formset.html"
    field_template_name = "ui/field.html"
    bound_field_class = BoundField

    @cached_property
    def engine(self) -> Engine:
        own = Path(__file__).resolve().parent / "templates"
        django_forms = Path(forms.__file__).resolve().parent / "templates"
        return Engine(
            {
                "APP_DIRS": True,
                "DIRS": [own, django_forms],
                "NAME": "kexiangforms",
                "OPTIONS": {},
            }
        )
