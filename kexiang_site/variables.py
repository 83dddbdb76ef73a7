"""Every environment variable an operator may set, in words: docs, ``doctor``, a test.

``docs/generated/settings.md`` is written from here; a test compares the names with those the
code reads, and ``kexiang doctor`` names a set variable that is not listed (a slip of the pen).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

PREFIX = "KEXIANG_"
INTERNAL = frozenset({"KEXIANG_PARENT_PID"})
"""Passed from one process of the platform to another; nobody sets them by hand."""
FOR_TESTS = "KEXIANG_TEST_"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; ``default`` is told as an operator would say it."""

    name: str
    meaning: str
    default: str
    example: str = ""


GROUPS: dict[str, tuple[Variable, ...]] = {
    "数据放在哪里": (
        Variable(
            "KEXIANG_HOME",
            "数据目录:数据库、附件、索引、密钥、静态文件都在里面。命令行 --home 优先",
            "克隆的仓库里或当前目录里的 .kexiang",
            "/srv/kexiang",
        ),
        Variable(
            "KEXIANG_DATABASE_URL",
            "数据库地址,支持 SQLite 与 PostgreSQL;密码中的特殊字符写成 %xx",
            "数据目录里的 kexiang.sqlite3",
            "postgresql://kexiang:密码@127.0.0.1/kexiang",
        ),
        Variable(
            "KEXIANG_SEARCH_URL", "检索索引的目录", "数据目录里的 index", "tantivy:////srv/index"
        ),
        Variable("KEXIANG_FILES_URL", "附件的目录", "数据目录里的 files", "file:///srv/files"),
        Variable(
            "KEXIANG_CACHE_URL",
            "Redis 地址。多台服务器一起服务时才需要;一台机器的各进程共用缓存文件,限速合在一起计",
            "数据目录里的 cache/",
            "redis://127.0.0.1:6379/0",
        ),
    ),
    "地方": (
        Variable(
            "KEXIANG_PACK",
            "政策包名。命令行 --pack 优先;改后运行 kexiang init",
            "changzhi-2017",
            "changzhi-2017",
        ),
    ),
    "对外服务与安全": (
        Variable(
            "KEXIANG_ALLOWED_HOSTS",
            "允许访问的主机名,逗号分隔,不能是 *",
            "localhost,127.0.0.1,[::1]",
            "kx.example.gov.cn,127.0.0.1",
        ),
        Variable(
            "KEXIANG_HTTPS",
            "设为 1:前面有 HTTPS 反向代理。Cookie 只走 HTTPS,并要求浏览器一年内只用 HTTPS",
            "关",
            "1",
        ),
        Variable(
            "KEXIANG_TRUSTED_PROXIES",
            "可信的反向代理地址,逗号分隔;只有它们的 X-Forwarded-For 才算访客地址",
            "开 HTTPS 时为本机,否则无",
            "10.1.2.3",
        ),
        Variable(
            "KEXIANG_TRUSTED_ORIGINS",
            "另外允许提交表单的来源(代理改了主机名时才需要),逗号分隔,带协议",
            "无",
            "https://kx.example.gov.cn",
        ),
        Variable(
            "KEXIANG_SECRET_KEY",
            "签名用的密钥,至少 40 个随机字符。改了以后所有人需要重新登录",
            "首次启动时生成,存于数据目录的 secret-key(权限 600)",
        ),
        Variable(
            "KEXIANG_METRICS_TOKEN",
            "设了以后,/metrics 和 /readyz 的详情只凭 Authorization: Bearer 这个令牌看",
            "只对本机和可信代理开放",
        ),
        Variable("KEXIANG_RATE_LIMIT", "off 关闭访问限速,只可用于演示和测试", "on", "on"),
        Variable(
            "KEXIANG_FILES_ACCEL",
            "让 nginx 直接送出附件(X-Accel-Redirect)时,指向附件目录的内部网址",
            "由网页进程送出",
            "/protected-files",
        ),
        Variable("KEXIANG_DEBUG", "设为 1 显示出错的内部信息,不能用于正式服务", "关", "1"),
    ),
    "短信与邮件": (
        Variable(
            "KEXIANG_SMS_BACKEND",
            "短信出口:file 写入数据目录,console 写到日志,webhook 交给短信网关",
            "file",
            "webhook",
        ),
        Variable(
            "KEXIANG_SMS_URL",
            "webhook 的地址,收到 JSON:mobile、text 两项",
            "无",
            "https://sms.example.gov.cn/send",
        ),
        Variable("KEXIANG_SMS_TOKEN", "webhook 的令牌,放在 Authorization: Bearer 里", "无"),
        Variable("KEXIANG_SMS_SIGNATURE", "短信开头的签名", "【科技资源共享】", "【某市科技局】"),
        Variable(
            "KEXIANG_EMAIL_URL",
            "发信服务器:smtp://、smtp+tls://(STARTTLS)或 smtps://,用户名中的 @ 写成 %40",
            "不发出,只写到日志",
            "smtps://kx%40example.gov.cn:密码@smtp.example.gov.cn:465",
        ),
        Variable("KEXIANG_EMAIL_FROM", "发件人", "发信服务器的用户名", "kx@example.gov.cn"),
        Variable(
            "KEXIANG_EMAIL_BACKEND",
            "换用另一个 Django 邮件后端(设了它就不看 KEXIANG_EMAIL_URL)",
            "由 KEXIANG_EMAIL_URL 决定",
        ),
    ),
    "演示": (
        Variable("KEXIANG_DEMO", "演示模式(由 kexiang demo 自己设置),任何人可切换成任何角色", "关"),
        Variable(
            "KEXIANG_DEMO_HOSTS",
            "演示平台的角色切换除本机外还对哪些主机名开放,逗号分隔",
            "只对本机",
            "demo.example.org",
        ),
        Variable("KEXIANG_TRAINING", "培训模式(由 kexiang demo --training 设置)", "关"),
    ),
}
VARIABLES = {variable.name: variable for group in GROUPS.values() for variable in group}


def unknown() -> list[str]:
    """Set variables with our prefix that nobody reads."""
    return sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX)
        and not name.startswith(FOR_TESTS)
        and name not in VARIABLES
        and name not in INTERNAL
    )


def _lines() -> Iterator[str]:
    yield "# 环境变量"
    yield ""
    yield "由 `kexiang_site/variables.py` 生成,请勿手改。没有必填的变量:都不设就是本机上的 SQLite。"
    yield "`kexiang doctor` 逐项检查,并指出拼错的变量名。"
    yield "安装步骤见[安装与运维](../how-to/install.md)。"
    for title, group in GROUPS.items():
        yield from ("", f"## {title}", "", "| 变量 | 含义 | 不设时 | 例 |", "|---|---|---|---|")
        for v in group:
            example = f"`{v.example}`" if v.example else ""
            yield f"| `{v.name}` | {v.meaning} | {v.default} | {example} |"


def page() -> str:
    """The reference page; the same program gives the same text."""
    return "\n".join(_lines()) + "\n"
