"""Who may read the journal as a whole (等保 2.0: the log is the audit administrator's)."""

from django.utils.translation import gettext as _

from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAllowed, NotAuthenticated

READERS = frozenset({"auditor", "logadmin"})


def may_read(actor: Actor) -> bool:
    return actor.is_system or bool(actor.roles & READERS)


def require_reader(actor: Actor) -> None:
    """Raise ``NotAuthenticated`` for nobody and ``NotAllowed`` for everyone but its readers."""
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录,再查看操作日志。"))
    if not may_read(actor):
        raise NotAllowed(
            _(
                "操作日志只对“监督审计”和“审计管理员”开放(三员分立)。"
                "如需查询某项业务的办理经过,请打开该事项的“办理记录”,或联系审计管理员。"
            )
        )
