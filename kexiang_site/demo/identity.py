"""Numbers and names of invented organisations and persons, and the dice behind all choices."""

import hashlib
import random
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
UNASSIGNED_REGION = "990000"  # GB/T 2260 gives no region a code beginning with 99 (ux.md D1.3)
SURNAMES = "王李张刘陈杨赵郭马宋武秦申路崔常牛韩原程贾靳段孟冯苗暴连"
GIVEN = [
    "建国",
    "晓燕",
    "志强",
    "丽娟",
    "海波",
    "文静",
    "永刚",
    "雪梅",
    "振华",
    "春艳",
    "卫东",
    "慧敏",
    "俊杰",
    "秀芳",
    "鹏飞",
    "亚楠",
    "国庆",
    "佳怡",
    "立新",
    "彦红",
    "宏伟",
    "晓霞",
    "学军",
    "瑞芳",
    "子轩",
    "雨桐",
    "泽宇",
    "欣然",
    "建平",
    "玉兰",
]


def dice(*parts: object) -> random.Random:
    """A generator that depends on ``parts`` only: the same everywhere, in any order of calls."""
    text = "|".join(str(part) for part in parts)
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


@cache
def content(name: str) -> dict[str, Any]:
    """The parsed content file ``content/{name}.toml``."""
    source = files("kexiang_site.demo").joinpath("content", f"{name}.toml")
    return loads(source.read_text(encoding="utf-8"))


def organisation_code(serial: int) -> str:
    """Nine characters with the check character of GB 11714."""
    body = f"MADEM{serial:03d}"
    total = sum(
        (ord(char) - 55 if char.isalpha() else int(char)) * weight
        for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    check = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def credit_code(serial: int, *, government: bool = False, firm: bool = False) -> str:
    """An 18-character code of GB 32100: valid check character, unassigned region block."""
    prefix = "11" if government else "91" if firm else "12"
    body = prefix + UNASSIGNED_REGION + organisation_code(serial)
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def phone(serial: int) -> str:
    """An office telephone of the invented block 0355-000xxxx."""
    return f"0355-000{serial % 10_000:04d}"


def person_name(*parts: object) -> str:
    roll = dice("person", *parts)
    return roll.choice(SURNAMES) + roll.choice(GIVEN)


def teacher(*parts: object) -> str:
    """A contact as offices print it: a surname and 老师."""
    return f"{dice('teacher', *parts).choice(SURNAMES)}老师"
