"""Components are strict: what is not declared is an error, wherever it is used."""

from pathlib import Path

import pytest
from django.template import Node, TemplateSyntaxError, engines
from django.template.loader import get_template

from kexiang.core.components import ComponentNode, declaration

ROOT = Path(__file__).resolve().parents[2]


def render(text: str, **values: object) -> str:
    return engines["django"].from_string("{% load ui %}" + text).render(values)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{% ui "state" %}', "missing props: label"),
        ('{% ui "state" label="x" colour="red" %}', "unknown props: colour"),
        (
            '{% component "card" %}{% slot "side" %}x{% endslot %}{% endcomponent %}',
            "unknown slots: side",
        ),
        ('{% slot "foot" %}x{% endslot %}', "outside of a component"),
        ("{% ui state %}", "quoted literal"),
        ('{% ui "state" "x" %}', "name=value"),
        ('{% icon "no-such-icon" %}', "unknown icon"),
    ],
)
def test_what_is_not_declared_is_an_error(text, says):
    with pytest.raises(TemplateSyntaxError, match=says):
        render(text)


def test_a_component_sees_only_its_props():
    text = render('{% component "card" title=t %}{{ secret }}{% endcomponent %}', t="A", secret="s")
    assert "A" in text
    assert "s" in text  # the body is the caller's and is rendered there
    isolated = render('{% ui "state" label="x" %}', tone="bad")
    assert "kx-state--end" in isolated


def test_values_are_escaped_and_slots_are_not_escaped_twice():
    text = render(
        '{% component "card" title=t %}{{ t }}{% slot "foot" %}<a>{{ t }}</a>{% endslot %}'
        "{% endcomponent %}",
        t="<b>",
    )
    assert "<b>" not in text
    assert "<a>&lt;b&gt;</a>" in text


def _nodes(nodelist: object, kind: type[Node]) -> list[Node]:
    found: list[Node] = []
    for node in nodelist:  # type: ignore[attr-defined]
        if isinstance(node, kind):
            found.append(node)
        if isinstance(node, ComponentNode):
            for part in (node.body, *node.slots.values()):
                found += _nodes(part, kind)
        for name in node.child_nodelists:
            found += _nodes(getattr(node, name, None) or (), kind)
    return found


def templates() -> list[Path]:
    folders = [p for app in ("kexiang", "kexiang_site") for p in (ROOT / app).rglob("templates")]
    return [path for folder in folders for path in sorted(folder.rglob("*.html"))]


def test_every_use_in_the_project_matches_its_declaration():
    faults = []
    for path in templates():
        template = engines["django"].from_string(path.read_text(encoding="utf-8")).template
        for node in _nodes(template.nodelist, ComponentNode):
            declared = declaration(get_template(f"ui/{node.name}.html").template)
            try:
                assert declared is not None, f"ui/{node.name}.html declares nothing"
                declared.check(node.name, node.props, node.slots)
            except TemplateSyntaxError as error:
                faults.append(f"{path.relative_to(ROOT)}: {error}")
    assert faults == []


@pytest.mark.django_db
def test_the_gallery_shows_every_component(client, settings):
    settings.DEBUG = True
    response = client.get("/ui/")
    assert response.status_code == 200
    gallery = (ROOT / "kexiang/core/templates/ui/gallery.html").read_text(encoding="utf-8")
    names = {
        path.stem
        for path in (ROOT / "kexiang/core/templates/ui").glob("*.html")
        if "{% props" in path.read_text(encoding="utf-8")
    }
    missing = {name for name in names if f'"{name}"' not in gallery} - {"error_list"}
    assert missing == set()


def test_the_gallery_is_not_for_the_public(client, settings):
    settings.DEBUG = settings.DEMO = False
    assert client.get("/ui/").status_code == 404
