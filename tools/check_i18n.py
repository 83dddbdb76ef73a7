"""Checks messages: English for the public side, equal placeholders, no f-strings."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.messages import KEYWORDS, ROOT, Message, catalogue, messages, set_up

PUBLIC = (
    "kexiang/portal/",
    "kexiang/accounts/templates/429.html",
    "kexiang/accounts/templates/account/_",
    "kexiang/accounts/templates/account/login",
    "kexiang/accounts/templates/account/password_reset",
    "kexiang/accounts/templates/account/request_login_code",
    "kexiang/accounts/templates/account/signup",
    "kexiang/accounts/templates/accounts/demo_list.html",
    "kexiang/accounts/views/adapter.py",
    "kexiang/accounts/passwords.py",
)
"""Where the public side's words stand, signing in and up included."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|{\w*}")


def _missing_english(found: list[Message]) -> Iterator[str]:
    known = catalogue()
    for message in found:
        entry = known.get(message.text, message.context or None)
        english = entry.string if entry is not None else ""
        texts = english if isinstance(english, tuple) else (english,)
        if not all(texts):
            if message.path.startswith(PUBLIC):
                yield f"{message.path}:{message.line}: no English for “{message.text}”"
            continue
        wanted = set(_PLACEHOLDER.findall(message.text))
        if any(set(_PLACEHOLDER.findall(text)) - wanted for text in texts) or not any(
            set(_PLACEHOLDER.findall(text)) == wanted for text in texts
        ):
            yield f"{message.path}:{message.line}: other placeholders in English: “{message.text}”"


def _f_strings() -> Iterator[str]:
    """``_(f"…")`` and ``_("…" + x)`` can never be found in a catalogue."""
    for package in ("kexiang", "kexiang_site"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from _f_strings_in(path)


def _f_strings_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in KEYWORDS:
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.JoinedStr | ast.BinOp):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: message is not one constant"


def main() -> int:
    set_up()
    found = messages()
    problems = [*_missing_english(found), *_f_strings()]
    print("\n".join(problems) if problems else f"{len(found)} messages are sound")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
