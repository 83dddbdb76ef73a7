import argparse
from pathlib import Path

from django.utils import timezone

from kexiang_site.backup import write
from kexiang_site.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, help="备份文件(默认按时间命名)")


def run(args: argparse.Namespace) -> None:
    """Back up while the platform serves; the file is readable by its owner only."""
    at = timezone.localtime()
    target = (args.file or Path(f"kexiang-{at:%Y%m%d-%H%M%S}.tar")).resolve()
    manifest = write(target, at=at, progress=Progress())
    size = target.stat().st_size / 1024**2
    print(f"已备份到 {target}({size:.1f} MB,{len(manifest['members'])} 个文件)。")
