"""Strict interface components: a template that declares its props and slots (style.md §5.12).

A component is a file ``ui/<name>.html`` whose first tag is
``{% props "required" optional="default" slots="actions,foot" %}``. It is used as

``{% ui "name" required=x %}`` – a leaf, or
``{% component "name" required=x %}…{% slot "actions" %}…{% endslot %}{% endcomponent %}``,
whose text outside of slots arrives as ``content``.

A missing, misspelt or undeclared name is an error at the first rendering, not a silent blank.
"""

from collections.abc import Mapping
from typing import Any

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Template
from django.template.loader import get_template
from django.utils.safestring import SafeString

CARRIED = ("request", "csrf_token", "site", "messages")


class PropsNode(Node):
    """The declaration at the head of a component; renders as nothing."""

    def __init__(
        self, required: frozenset[str], defaults: Mapping[str, Any], slots: frozenset[str]
    ) -> None:
        self.required, self.defaults, self.slots = required, dict(defaults), slots

    def render(self, context: Context) -> SafeString:
        return SafeString("")

    def check(self, name: str, props: Mapping[str, Any], slots: Mapping[str, Any]) -> None:
        """Raise ``TemplateSyntaxError`` when props or slots are not the declared ones."""
        given = set(props)
        problems = [
            f"{label} {', '.join(sorted(names))}"
            for label, names in (
                ("missing props:", self.required - given),
                ("unknown props:", given - self.required - set(self.defaults)),
                ("unknown slots:", set(slots) - self.slots),
            )
            if names
        ]
        if problems:
            raise TemplateSyntaxError(f"component {name!r}: {'; '.join(problems)}")


class SlotNode(Node):
    """A named part of a component's body; only the component renders it."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        raise TemplateSyntaxError(f"slot {self.name!r} stands outside of a component")


class ComponentNode(Node):
    """One use of a component."""

    def __init__(
        self, name: str, props: Mapping[str, FilterExpression], nodelist: NodeList | None
    ) -> None:
        self.name, self.props = name, props
        self.slots = {n.name: n.nodelist for n in nodelist or () if isinstance(n, SlotNode)}
        self.body = NodeList(n for n in nodelist or () if not isinstance(n, SlotNode))
        self.has_body = nodelist is not None

    def render(self, context: Context) -> SafeString:
        template = get_template(f"ui/{self.name}.html").template  # type: ignore[attr-defined]
        declared = declaration(template)
        if declared is None:
            raise TemplateSyntaxError(f"ui/{self.name}.html declares no props")
        props = {key: value.resolve(context) for key, value in self.props.items()}
        declared.check(self.name, props, self.slots)
        values = {**declared.defaults, **props}
        values.update({key: context[key] for key in CARRIED if key in context})
        values["slots"] = {
            key: SafeString(nodes.render(context).strip()) for key, nodes in self.slots.items()
        }
        values["content"] = SafeString(self.body.render(context).strip()) if self.has_body else ""
        with context.render_context.push_state(template, isolated_context=True):
            return SafeString(template._render(context.new(values)))


def declaration(template: Template) -> PropsNode | None:
    """The ``{% props %}`` of a component's template."""
    nodes = template.nodelist.get_nodes_by_type(PropsNode)
    return next((node for node in nodes if isinstance(node, PropsNode)), None)
