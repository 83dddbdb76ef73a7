import tomllib

from hypothesis import given
from hypothesis import strategies as st

from kexiang.core.toml_lines import TomlLines

TEXT = '''\
# a comment = "no key"
title = "[not a table]"
words = [
  "a", # first
  "b",
  { x = 1, y = [2, 3] },
]
long = """
key = inside
"""

[owner.home]
"quoted key" = 'it # is'
a.b.c = 1

[[item]]
name = "one"

[item.more]
deep = true

[[item]]
name = "two"
'''


def test_lines_of_every_kind_of_key() -> None:
    tomllib.loads(TEXT)

    lines = TomlLines(TEXT)

    found = {
        path: lines.line(path)
        for path in [
            ("title",),
            ("words",),
            ("words", 1),
            ("words", 2, "y", 1),
            ("long",),
            ("owner", "home"),
            ("owner", "home", "quoted key"),
            ("owner", "home", "a", "b", "c"),
            ("item", 0, "name"),
            ("item", 0, "more", "deep"),
            ("item", 1),
            ("item", 1, "name"),
        ]
    }
    assert list(found.values()) == [2, 3, 5, 6, 8, 12, 13, 14, 17, 20, 22, 23]


def test_a_missing_key_is_shown_at_its_table() -> None:
    lines = TomlLines(TEXT)

    assert lines.line(("item", 1, "label")) == 22
    assert lines.line(("nowhere", "at", "all")) == 1


def test_windows_line_ends_count_once() -> None:
    assert TomlLines('a = 1\r\nb = """x\r\ny"""\r\nc = 2\r\n').line(("c",)) == 4


@given(st.text(max_size=200))
def test_any_text_ends(text: str) -> None:
    """The scanner never hangs, whatever it is given."""
    TomlLines(text)
