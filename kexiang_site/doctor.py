"""What ``kexiang doctor`` looks at: what is configured, what answers, what is not safe."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from kexiang.accounts.queries import demo_state
from kexiang.core import jobs
from kexiang.core.models import JobSchedule
from kexiang.files import store
from kexiang.kernel.errors import DomainError
from kexiang.reference.queries import active_pack
from kexiang.search.services import needs_rebuild
from kexiang_site import variables

OK, WARN, BAD = "正常", "注意", "故障"
SCHEDULES_LATE = timedelta(minutes=5)
LITTLE_SPACE = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``what`` says what to do when it is not 正常."""

    level: str
    subject: str
    what: str


def examine() -> list[Finding]:
    """Every check in order; one that fails itself is a finding, not an end."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found.extend(check())
        except (DatabaseError, DomainError, OSError, ValueError) as error:
            found.append(Finding(BAD, check.__name__.strip("_"), str(error).strip()[:300]))
    return found


def _hidden(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))


def _home() -> Iterator[Finding]:
    home = Path(settings.HOME)
    if not home.is_dir():
        yield Finding(BAD, "数据目录", f"{home} 不存在,请运行 kexiang init。")
        return
    free = shutil.disk_usage(home).free
    level = OK if free > LITTLE_SPACE else WARN
    yield Finding(level, "数据目录", f"{home},可用空间 {free / 1024**3:.1f} GB。")
    yield Finding(OK, "Python", sys.version.split()[0])


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    yield Finding(OK, "数据库", f"{_hidden(settings.DATABASE_URL)} 可以连接。")
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding(BAD, "数据库结构", f"有 {len(waiting)} 项升级未执行,请运行 kexiang init。")


def _pack() -> Iterator[Finding]:
    info = active_pack()
    yield Finding(OK, "政策包", f"{info.name} {info.title}")


def _search() -> Iterator[Finding]:
    reason = needs_rebuild()
    if reason:
        yield Finding(WARN, "检索索引", f"{reason},请运行 kexiang reindex。")
    else:
        yield Finding(OK, "检索索引", f"{settings.SEARCH_URL} 可用。")


def _files() -> Iterator[Finding]:
    folder = store.root()
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        yield Finding(BAD, "附件目录", f"{folder} 不可写,请检查权限。")
    else:
        yield Finding(OK, "附件目录", f"{folder} 可写。")


def _cache() -> Iterator[Finding]:
    cache.set("doctor", "ok", 5)
    if cache.get("doctor") != "ok":
        yield Finding(BAD, "缓存", "写入后读不回来,请检查 KEXIANG_CACHE_URL。")
    elif settings.CACHE_URL:
        yield Finding(OK, "缓存", _hidden(settings.CACHE_URL))
    else:
        text = "本机各进程共用数据目录里的缓存文件。多台服务器一起服务时请设 KEXIANG_CACHE_URL。"
        yield Finding(OK, "缓存", text)


def _jobs() -> Iterator[Finding]:
    dead = jobs.dead_letters().count()
    if dead:
        yield Finding(WARN, "后台任务", f"有 {dead} 个任务多次失败后放弃,请查看原因。")
    last = JobSchedule.objects.order_by("-last_at").values_list("last_at", flat=True).first()
    if last is None or timezone.now() - last > SCHEDULES_LATE:
        yield Finding(WARN, "后台任务", "定时任务最近没有运行,请确认 kexiang serve 已启动。")
    elif not dead:
        yield Finding(OK, "后台任务", "定时任务在运行。")
    for row in JobSchedule.objects.exclude(last_error=""):
        yield Finding(WARN, "定时任务", f"{row.name}:{row.last_error}")


def _variables() -> Iterator[Finding]:
    for name in variables.unknown():
        yield Finding(WARN, "环境变量", f"没有 {name} 这个变量,请检查拼写。")


def _safety() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding(BAD, "调试模式", "KEXIANG_DEBUG 已打开,出错页会泄露内部信息,请关闭。")
    if not settings.RATE_LIMIT:
        yield Finding(WARN, "访问限速", "KEXIANG_RATE_LIMIT=off,没有限速,只可用于演示和测试。")
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(BAD, "允许的主机名", "KEXIANG_ALLOWED_HOSTS 不能是 *,请写明域名。")
    if not settings.HTTPS:
        yield Finding(
            WARN, "HTTPS", "没有启用。对外服务请在前置代理上配置 HTTPS,并设 KEXIANG_HTTPS=1。"
        )
    if len(settings.SECRET_KEY) < 40 or len(set(settings.SECRET_KEY)) < 10:
        yield Finding(BAD, "密钥", "KEXIANG_SECRET_KEY 太短或太简单,请换成随机的长字符串。")
    else:
        yield Finding(OK, "密钥", "长度足够。")
    yield from _key_file()
    if "console" in settings.MAIL_BACKEND:
        yield Finding(WARN, "邮件", "只写到日志,不会发出。请设 KEXIANG_EMAIL_URL。")
    if settings.SMS_BACKEND != "webhook" and not settings.DEMO:
        text = "验证码只写到本机,不会发出。请设 KEXIANG_SMS_BACKEND=webhook 和 KEXIANG_SMS_URL。"
        yield Finding(WARN, "短信", text)


def _key_file() -> Iterator[Finding]:
    file = Path(settings.HOME) / "secret-key"
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding(BAD, "密钥文件", f"{file} 其他用户可读,请执行 chmod 600。")


def _demo() -> Iterator[Finding]:
    state = demo_state()
    if all(state.values()):
        yield Finding(WARN, "演示模式", "已打开:任何人可以切换成任何角色,不能用于正式服务。")
    elif state["started_as_demo"]:
        yield Finding(WARN, "演示模式", "设了 KEXIANG_DEMO,但这不是演示数据,角色切换不会生效。")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _home,
    _database,
    _pack,
    _search,
    _files,
    _cache,
    _jobs,
    _variables,
    _safety,
    _demo,
)
