"""The problem document as the API describes it (RFC 9457); ``core.http`` makes it."""

from ninja import Schema


class FaultOut(Schema):
    """One fault: which field, which row of a table, and what to do."""

    field: str = ""
    label: str = ""
    row: int | None = None
    message: str


class ProblemOut(Schema):
    """RFC 9457 problem document with a Chinese ``detail``."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultOut] = []
