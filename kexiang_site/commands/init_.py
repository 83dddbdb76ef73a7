import argparse

from django.conf import settings
from django.utils import timezone

from kexiang.search.services import needs_rebuild
from kexiang_site.home import prepare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments beside the common ones."""


def run(_args: argparse.Namespace) -> None:
    """Bring the home up to this version; may be run again at any time."""
    title = prepare(at=timezone.now())
    print(f"数据目录 {settings.HOME} 已就绪,政策包:{title}。")
    if reason := needs_rebuild():
        print(f"检索索引需要重建({reason}),启动后会自动重建,也可先运行 kexiang reindex。")
