import argparse

from kexiang.search import services
from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rollback", action="store_true", help="退回重建之前的索引")
    parser.add_argument("--verify", action="store_true", help="只核对索引与数据库是否一致")


def run(args: argparse.Namespace) -> int:
    """Build the index beside the serving one and swap; the site keeps serving."""
    if args.verify:
        return _verify()
    if args.rollback:
        name = services.rollback()
        if not name:
            raise CommandError("没有可以退回的旧索引。")
        print(f"已退回索引 {name}。")
        return 0
    bar = Progress()
    name = services.rebuild(lambda source, done: bar(done, 0, f"重建索引 {source}"))
    bar.finish()
    print(f"索引已重建并启用:{name}。")
    return 0


def _verify() -> int:
    faults = list(services.verify())
    for fault in faults:
        print(fault)
    print(f"发现 {len(faults)} 处不一致。" if faults else "索引与数据库一致。")
    return 1 if faults else 0
