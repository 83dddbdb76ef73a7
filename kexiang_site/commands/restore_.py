import argparse
from pathlib import Path

from kexiang_site import cli, env
from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="kexiang backup 生成的文件")


def run(args: argparse.Namespace) -> int:
    """Restore into an empty home, then check the journal; the index is rebuilt at the start."""
    home = env.home()
    if home.exists() and any(home.iterdir()):
        raise CommandError(f"{home} 不是空目录,请用 --home 指定一个新目录。")
    # The key must come from the backup: settings would make a new one.
    from kexiang_site.restore import read  # noqa: PLC0415 -- no Django before the home is there

    manifest = read(args.file, home, progress=Progress())
    cli.set_up_django()
    from kexiang.audit.services import verify  # noqa: PLC0415 -- after django.setup()

    report = verify()
    for fault in report:
        print(fault.message)
    print(f"已恢复 {manifest['made_at'][:16]} 的备份到 {home};日志核验 {report.rows:,} 条。")
    return 0 if report.is_sound else 1
