"""Where a class code stands that its table does not know: under the nearest class it is written
beneath. Classifications write the parent into the code (S511.01 is under S511, 010395 under
010300), so a table of some levels still places codes of all levels (E-04, issue 3).
"""

from collections.abc import Iterator

LONGEST = 40
_PAIRED = 6  # digits of a class code in pairs: 01 03 95


def above(code: str) -> Iterator[str]:
    """Codes that may stand above ``code`` by the way it is written, nearest first.

    Empty for texts longer than any class code.
    """
    if len(code) > LONGEST:
        return
    if code.isdigit() and len(code) == _PAIRED:
        for kept in (4, 2):
            yield code[:kept].ljust(_PAIRED, "0")
    for size in range(len(code) - 1, 0, -1):
        yield code[:size]
