"""The tutorials name what is there: words of the interface, commands, files, requests."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kexiang_site import cli
from tests.catalog.conftest import World, person_with, token_of, world
from tests.files.makers import upload
from tests.portal.conftest import add, index, place
from tools import messages

__all__ = ["add", "index", "place", "world"]
pytestmark = pytest.mark.once
ROOT = Path(cli.__file__).parent.parent
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
PAGES = [*TUTORIALS, ROOT / "docs" / "how-to" / "install.md", ROOT / "README.md"]
SCOPES = ("records:read", "records:write", "imports:write", "search")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_words_in_corner_brackets_stand_on_the_screen() -> None:
    messages.set_up()
    shown = {message.text.rstrip(":") for message in messages.messages()}
    wrong = [
        f"{path.name}: 「{word}」"
        for path in PAGES
        for word in re.findall("「([^」…]+)」", _text(path))
        if word not in shown
    ]

    assert wrong == []


def test_commands_are_there() -> None:
    named = {
        (path.name, name)
        for path in PAGES
        for name in re.findall(
            r"(?:^|`|/bin/)kexiang (?:--home \S+ )?([a-z]+)", _text(path), re.MULTILINE
        )
    }

    assert named
    assert {(page, name) for page, name in named if name not in cli.COMMANDS} == set()


def test_links_lead_somewhere() -> None:
    wrong = [
        f"{path.name}: {target}"
        for path in [*PAGES, ROOT / "README.en.md"]
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", _text(path))
        if "://" not in target and not (path.parent / target).exists()
    ]

    assert wrong == []


def _asked(client: Client, command: str, values: dict[str, str]) -> Any:
    """Send what a ``curl`` line says, with ``$NAME`` filled in."""
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command)[1:]
    options: dict[str, list[str]] = {"-X": [], "-H": [], "-d": [], "-F": []}
    url = ""
    while words:
        word = words.pop(0)
        if word in options:
            options[word].append(words.pop(0))
        else:
            url = word
    headers = dict(line.split(": ", 1) for line in options["-H"])
    if not (options["-d"] or options["-F"]):
        return client.get(url, headers=headers)
    if options["-d"]:
        kind = headers.pop("Content-Type")
        return client.post(url, options["-d"][0], content_type=kind, headers=headers)
    fields: dict[str, Any] = dict(pair.split("=", 1) for pair in options["-F"])
    fields["file"] = upload(b"\xe5\x90\x8d\xe7\xa7\xb0\n", fields["file"].lstrip("@"))
    return client.post(url, fields, headers=headers)


@pytest.mark.req("G-10")
def test_requests_of_the_client_page_are_answered(world: World, place: Any) -> None:
    page = _text(ROOT / "docs" / "tutorials" / "api-client.md")
    commands = re.findall(r"^curl .*$", page, re.MULTILINE)
    person = person_with("unit_admin", world.university)
    values = {
        "KX": "",
        "TOKEN": token_of(person, *SCOPES)["Authorization"].removeprefix("Bearer "),
        "OWNER": world.university.uid,
    }
    told = {command: _asked(Client(), command, values).status_code for command in commands}

    assert len(commands) >= 6
    assert {
        command: status for command, status in told.items() if status not in (200, 201, 202)
    } == {}
