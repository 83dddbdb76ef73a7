"""Tombstones: records that were published and are withdrawn (ux.md B2: 已下架, 已注销)."""

from collections.abc import Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.catalog.models import Record
from kexiang.catalog.types import RecordState, Visibility
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Gone


def raise_if_gone(actor: Actor, named: Mapping[str, str]) -> None:
    """Raise ``Gone`` when the actor could have read the record while it was published.

    The address of what was public keeps telling so; of what never was, nothing is told.
    """
    seen = [Visibility.PUBLIC]
    if actor.is_known:
        seen.append(Visibility.REGISTERED)
    rows = Record.objects.filter(gone_q(), visibility__in=seen, **named)
    found = rows.values_list("number", "state").first()
    if found is None:
        return
    number, state = found
    if state == RecordState.CANCELLED:
        raise Gone(
            _("资源 %s 已注销,不再对外展示。可以回到检索页查找同类资源,或联系原单位。") % number
        )
    raise Gone(_("资源 %s 已下架,暂不对外展示。可以过些时候再来,或到检索页查找同类资源。") % number)


def gone_q() -> Q:
    """Records that were published and are withdrawn: the tombstones of the catalogue."""
    ended = (RecordState.TAKEN_DOWN, RecordState.CANCELLED)
    return Q(state__in=ended, published_at__isnull=False, is_held=False)
