import argparse
import os

from kexiang_site.errors import CommandError
from kexiang_site.serve import Supervisor, children, port_is_free

ROLES = ("web", "indexer", "jobs")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址(默认只本机可访问)")
    parser.add_argument("--port", type=int, default=8000, help="端口(默认 8000)")
    parser.add_argument("--workers", type=int, default=2, help="网页进程数(默认 2)")
    parser.add_argument("--threads", type=int, default=4, help="每个网页进程的线程数(默认 4)")
    parser.add_argument("--only", choices=ROLES, help="只启动一类进程")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    return serve(args, announce="平台已启动:{address}(按 Ctrl-C 停止)")


def serve(args: argparse.Namespace, *, announce: str) -> int:
    check_port(args)
    supervisor = Supervisor(
        children(
            args.only,
            host=args.host,
            port=args.port,
            workers=args.workers,
            threads=args.threads,
        )
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexiang_site.settings")
    supervisor.start()
    try:
        if args.only in (None, "web"):
            if supervisor.wait_ready(args.host, args.port):
                print(announce.format(address=f"http://{args.host}:{args.port}/"), flush=True)
            elif not supervisor.stopping:
                raise CommandError("网页进程没有在一分钟内就绪,原因见上面的日志。")
        supervisor.start_others()
        supervisor.watch()
    finally:
        supervisor.stop()
    return 0


def check_port(args: argparse.Namespace) -> None:
    if args.only in (None, "web") and not port_is_free(args.host, args.port):
        raise CommandError(f"端口 {args.port} 已被占用,请用 --port 换一个,例如 --port 8080。")
