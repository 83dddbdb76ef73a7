import argparse
from pathlib import Path

from django.conf import settings

from kexiang.reference import packs
from kexiang_site.errors import CommandError
from kexiang_site.pack_checks import CHECKERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("check", "list"), help="check:检查;list:列出自带的包")
    parser.add_argument("folder", nargs="?", type=Path, help="政策包目录")


def run(args: argparse.Namespace) -> int:
    """Print every fault with file and line; exit status 1 when there is one."""
    if args.action == "list":
        print("\n".join(packs.names(settings.PACK_FOLDERS)))
        return 0
    if args.folder is None or not args.folder.is_dir():
        raise CommandError("请给出政策包的目录,例如:kexiang pack check packs/changzhi-2017")
    faults = packs.check(args.folder, folders=settings.PACK_FOLDERS, extra_checkers=CHECKERS)
    for fault in faults:
        print(f"{fault.file}:{fault.line}: {fault.message}")
    print(f"{args.folder}:" + (f"发现 {len(faults)} 处问题。" if faults else "没有问题。"))
    return 1 if faults else 0
