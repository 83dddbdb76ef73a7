"""Who may see a file: whoever may see its subject, else by the file's own visibility."""

from django.db.models import Q

from kexiang.accounts.types import Scope
from kexiang.core.providers import providers
from kexiang.files.models import StoredFile
from kexiang.files.types import FileVisibility
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAllowed, NotAuthenticated

SUBJECT_SLOT = "files.subject_visible"
"""Callables ``(*, actor, subject) -> bool | None``; ``None``: not my sort of subject."""

OFFICES = frozenset({"bureau_admin", "county_officer", "editor", "dept_officer"})


def visible(actor: Actor) -> Q:
    """The file's own rule, which holds while no subject decides."""
    if actor.is_system:
        return Q()
    seen = Q(visibility=FileVisibility.PUBLIC)
    if actor.is_known:
        seen |= Q(visibility=FileVisibility.REGISTERED) | Q(created_by=actor.uid)
    if actor.orgs:
        seen |= Q(visibility=FileVisibility.UNIT, owner_org__in=actor.orgs)
    # A file without a subject is somebody's unfinished form: nobody else's business.
    return seen & (~Q(subject="") | Q(created_by=actor.uid)) if actor.uid else seen & ~Q(subject="")


def may_see(actor: Actor, file: StoredFile) -> bool:
    if file.subject and not actor.is_system:
        for provider in providers(SUBJECT_SLOT):
            answer = provider(actor=actor, subject=file.subject)
            if answer is not None:
                return bool(answer)
    return StoredFile.objects.filter(visible(actor), pk=file.pk).exists()


def require_store(actor: Actor, owner_org: str) -> None:
    """Raise ``NotAuthenticated`` or ``NotAllowed`` unless the actor may store for the unit."""
    if not actor.is_known:
        raise NotAuthenticated("请先登录再上传文件。")
    if not actor.may_use(Scope.RECORDS_WRITE):
        raise NotAllowed(
            "这个接口令牌没有写入权限,请在“接口令牌”中另建一个带“填报和修改资源记录”权限的令牌。"
        )
    if owner_org and owner_org not in actor.orgs and not (actor.is_system or actor.roles & OFFICES):
        raise NotAllowed(
            "只能为本人所在单位上传文件。请切换到该单位的角色后再上传,或联系该单位的管理员。"
        )
