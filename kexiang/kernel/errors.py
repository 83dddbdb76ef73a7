"""What the domain may answer instead of doing what was asked. Messages are Chinese, for people."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in what somebody gave us.

    ``where`` is the field (or column) name the machine knows, ``label`` what people call it,
    ``row`` the 1-based row of a table when the input was one, ``message`` a whole Chinese
    sentence: what is wrong and what to do.
    """

    where: str
    message: str
    label: str = ""
    row: int | None = None


class DomainError(Exception):
    """A rule of the domain said no. ``code`` is stable; the message is for people."""

    code = "domain_error"


class NotAuthenticated(DomainError):
    """The act needs a person who has signed in, or a valid token."""

    code = "not_authenticated"


class NotAllowed(DomainError):
    """The actor may not do this. The message says why, by which rule, and what instead."""

    code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or this actor may not know of it."""

    code = "not_found"


class Gone(NotFound):
    """There was such a thing, open to this actor, and it has been withdrawn for good or for now."""

    code = "gone"


class Conflict(DomainError):
    """The thing has changed meanwhile, or the key was used for something else."""

    code = "conflict"


class Invalid(DomainError):
    """The input has faults; ``problems`` names each of them."""

    code = "invalid"

    def __init__(self, problems: Sequence[Problem] | str, message: str = "") -> None:
        if isinstance(problems, str):
            problems = [Problem("", problems)]
        self.problems = tuple(problems)
        super().__init__(message or ";".join(problem.message for problem in self.problems))


class TooMany(DomainError):
    """A rate limit was reached; ``retry_after`` is in seconds."""

    code = "too_many"

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Unavailable(DomainError):
    """A part of the platform is still starting; the same request will do in a moment."""

    code = "unavailable"
