import argparse

from django.utils import timezone

from kexiang.audit import services

SYSTEM = "system:operator"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("verify", "accept-heads"), help="verify:核验日志链")


def run(args: argparse.Namespace) -> int:
    """``verify`` names every altered, removed or reordered row; exit status 1 when there is one.

    ``accept-heads`` is for the moment after a restore (docs: backup).
    """
    if args.action == "accept-heads":
        services.accept_heads(actor=SYSTEM, at=timezone.now())
        print("已按数据库现状重新记录校验锚点。")
    report = services.verify()
    for fault in report:
        print(f"{fault.problem:<10}{fault.message}")
    print(
        f"共核验 {report.rows:,} 条日志、{len(report.streams)} 条链:"
        + ("没有发现问题。" if report.is_sound else f"发现 {len(report)} 处问题。")
    )
    return 0 if report.is_sound else 1
