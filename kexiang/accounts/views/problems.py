"""Faults found by a service, shown at the fields of the form they came from."""

from django import forms

from kexiang.kernel.errors import DomainError, Invalid


def show(form: forms.Form, error: DomainError) -> None:
    """Add every problem to its field; those without a field stand above the form."""
    if not isinstance(error, Invalid):
        form.add_error(None, str(error))
        return
    for problem in error.problems:
        where = problem.where if problem.where in form.fields else None
        form.add_error(where, problem.message)
