"""The command line ``kexiang`` (design.md §3). Errors are one clear sentence, exit status not 0."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from kexiang import __version__
from kexiang_site.errors import CommandError


@dataclass(frozen=True, slots=True)
class Command:
    """``needs_django`` is off for commands that start processes or set Django up themselves."""

    help: str
    needs_django: bool = True
    environment: dict[str, str] = field(default_factory=dict)


DEMO = {"KEXIANG_DEMO": "1", "KEXIANG_RATE_LIMIT": "off"}
COMMANDS = {
    "demo": Command("准备演示数据并启动演示平台", needs_django=False, environment=DEMO),
    "init": Command("初始化或升级:数据库、政策包、静态文件"),
    "admin": Command("开通第一个管理员:kexiang admin 手机号 --name 姓名"),
    "serve": Command("启动平台(网页、索引、后台任务三类进程)", needs_django=False),
    "worker": Command("只运行后台任务进程"),
    "import": Command("从 xlsx、csv 或 jsonl 文件导入一类资源"),
    "export": Command("把一类资源导出为 xlsx、csv 或 jsonl 文件"),
    "reindex": Command("重建检索索引(不停机)"),
    "audit": Command("核验审计日志:kexiang audit verify"),
    "pack": Command("检查政策包:kexiang pack check 目录"),
    "backup": Command("备份数据库、附件和校验锚点到一个文件"),
    "restore": Command("从备份文件恢复到空的数据目录", needs_django=False),
    "doctor": Command("检查配置、连接和安全"),
    "bench": Command("性能测试:kexiang bench 名称", needs_django=False),
    "manage": Command("运行 Django 管理命令(供开发使用)"),
}


_COMPLAINTS = {
    "the following arguments are required: ": "缺少 ",
    "unrecognized arguments: ": "不认识 ",
    "argument ": "",
    "invalid choice: ": "不能是 ",
    "invalid int value: ": "应为整数,不能是 ",
    "invalid float value: ": "应为数字,不能是 ",
    "expected one argument": "后面缺少值",
    "choose from": "可选",
}


class _Parser(argparse.ArgumentParser):
    """argparse that complains in Chinese, in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]  # exits, like the original
        for english, chinese in _COMPLAINTS.items():
            message = message.replace(english, chinese)
        raise CommandError(f"参数有误({message})。用法:{' '.join(self.format_usage().split()[1:])}")


def _usage() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{command.help}" for name, command in COMMANDS.items()]
    head = "用法:kexiang [--home 目录] [--pack 政策包] 命令 [参数…]"
    tail = "每个命令都可加 --help 查看参数;kexiang --version 显示版本。"
    return "\n".join([head, "", *lines, "", tail])


def _common(name: str) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--home", metavar="目录", help="数据目录(默认 .kexiang)")
    if name != "pack":
        common.add_argument("--pack", metavar="名称", help="政策包(默认 changzhi-2017)")
    return common


def _set_environment(command: Command, known: argparse.Namespace) -> None:
    """Settings read the environment once, at import: so this comes first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexiang_site.settings")
    os.environ.update(command.environment)
    if home := getattr(known, "home", None):
        os.environ["KEXIANG_HOME"] = str(Path(home).resolve())
    if pack := getattr(known, "pack", None):
        os.environ["KEXIANG_PACK"] = pack


def set_up_django() -> None:
    import django  # noqa: PLC0415 -- only once the environment is complete

    django.setup()


def _load(name: str, command: Command) -> ModuleType:
    if command.needs_django:
        set_up_django()
    return importlib.import_module(f"kexiang_site.commands.{name}_")


def _split(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The command's name and the other arguments; ``--home`` may stand before the name."""
    rest = list(arguments)
    at = 0
    while at < len(rest) and rest[at] in ("--home", "--pack"):
        at += 2
    if at >= len(rest):
        return "", rest
    return rest[at], rest[:at] + rest[at + 1 :]


def _run(arguments: Sequence[str]) -> int:
    name, rest = _split(arguments)
    if name in ("", "help", "-h", "--help"):
        print(_usage())
        return 0 if name else 2
    if name == "--version":
        print(f"kexiang {__version__}")
        return 0
    command = COMMANDS.get(name)
    if command is None:
        raise CommandError(f"没有“{name}”这个命令。运行 kexiang --help 查看全部命令。")
    common = _common(name)
    if name == "manage":
        _set_environment(command, argparse.Namespace())
        known_rest = rest
    else:
        known, known_rest = common.parse_known_args(rest)
        _set_environment(command, known)
    module = _load(name, command)
    parser = _Parser(prog=f"kexiang {name}", description=command.help, parents=[common])
    if name == "manage":
        parser = _Parser(prog="kexiang manage", add_help=False)
    module.add_arguments(parser)
    return module.run(parser.parse_args(known_rest if name == "manage" else rest)) or 0


def _sentence(error: Exception) -> str:
    """What went wrong, for people: domain errors carry it, others are named."""
    if isinstance(error, CommandError) or type(error).__module__ == "kexiang.kernel.errors":
        return str(error)
    kind = type(error).__name__
    if kind == "OperationalError":
        return f"数据库不可用:{error}。请检查 KEXIANG_DATABASE_URL,或运行 kexiang doctor。"
    if isinstance(error, FileNotFoundError):
        return f"没有这个文件:{error.filename}。"
    return f"未能完成({kind}:{error})。设置 KEXIANG_DEBUG=1 再运行可看到详细信息。"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 only when it has done what it promises."""
    os.umask(0o027)  # what the platform writes is not for every user of the machine
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except Exception as error:
        # Process boundary: a person at a terminal gets a sentence, not a traceback.
        if os.environ.get("KEXIANG_DEBUG"):
            raise
        print(_sentence(error), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
