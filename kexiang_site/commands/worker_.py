import argparse
import signal
import threading

from kexiang.core.worker import Worker, run_pending


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="做完排队的任务就结束")


def run(args: argparse.Namespace) -> None:
    """Run jobs and schedules until SIGTERM, or only what is waiting now."""
    if args.once:
        print(f"已完成 {run_pending()} 个任务。")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Worker(stop=stop).run()
