"""What several services ask before they write."""

from collections.abc import Callable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kexiang.accounts.models import Organisation, Person
from kexiang.kernel.errors import Invalid, NotFound, Problem
from kexiang.reference import queries as reference


def day_of(at: datetime) -> date:
    """The business date (Asia/Shanghai) of an instant."""
    return localdate(at)


def person_of(uid: str, *, lock: bool = False) -> Person:
    """An account that is not closed; raises ``NotFound``."""
    people = Person.objects.select_for_update(of=("self",)) if lock else Person.objects
    found = people.filter(uid=uid, closed_at__isnull=True).first()
    if not found:
        raise NotFound(_("没有找到这个账号,可能已注销。"))
    return found


def organisation_of(uid: str, *, lock: bool = False) -> Organisation:
    """An organisation by uid, whoever asks; raises ``NotFound``."""
    rows = Organisation.objects.select_for_update() if lock else Organisation.objects
    found = rows.filter(uid=uid).first()
    if not found:
        raise NotFound(_("没有找到这个单位,可能已注销。"))
    return found


class Problems:
    """Collects every fault of an input, so that people correct all of them at once."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, where: str, label: str, message: str) -> None:
        self._found.append(Problem(where, message, label))

    def clean(self, where: str, label: str, rule: Callable[[str], str], text: str) -> str:
        """``rule(text)``, or the empty string and a problem when it raises ``ValueError``."""
        try:
            return rule(text)
        except ValueError as error:
            self.add(where, label, str(error))
            return ""

    def check(self) -> None:
        """Raise ``Invalid`` with everything found so far."""
        if self._found:
            raise Invalid(self._found)


def email(text: str) -> str:
    """A lower-cased address. Raises ``ValueError`` with a Chinese sentence."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(_("邮箱地址格式不对,应形如 name@example.cn。")) from None
    return address


def region(code: str) -> str:
    """A region in force: 6 digits known to the pack; old codes become the current one.

    Raises ``ValueError`` with a Chinese sentence.
    """
    found = reference.resolve_region(code)
    if found is None:
        raise ValueError(
            _("没有代码为“%(code)s”的行政区或功能区,请从列表中选择。") % {"code": code}
        )
    return found.code
