"""What each process of a running platform does: ``python -m kexiang_site.processes ROLE``.

Started by ``kexiang serve``. No process outlives the one that started it, not even after
``kill -9``: Linux sends the signal of ``die_with_parent``.
"""

import argparse
import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PARENT = "KEXIANG_PARENT_PID"


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent (``KEXIANG_PARENT_PID``) ends."""
    parent = os.environ.get(PARENT)
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it ended before the call
        os._exit(1)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexiang_site.settings")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    import django  # noqa: PLC0415 -- each role needs it in its own process

    django.setup()


def web(args: argparse.Namespace) -> None:
    """Granian with ``--workers`` processes; each loads ``kexiang_site.web``."""
    from granian import Granian  # noqa: PLC0415 -- needed by this role only
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415 -- as above
    from granian.log import LogLevels  # noqa: PLC0415 -- as above

    os.environ[PARENT] = str(os.getpid())
    Granian(
        "kexiang_site.web:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=args.workers,
        blocking_threads=args.threads,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
    ).serve()


def _until_signal(work: Callable[[threading.Event], None]) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work(stop)


def indexer(_args: argparse.Namespace) -> None:
    """Reads the search outbox and writes the index; the only writer."""
    _set_up()
    from kexiang.search.services import run_indexer  # noqa: PLC0415 -- after django.setup()

    _until_signal(run_indexer)


def jobs(_args: argparse.Namespace) -> None:
    """Runs background jobs and schedules."""
    _set_up()
    from kexiang.core.worker import Worker  # noqa: PLC0415 -- after django.setup()

    def work(stop: threading.Event) -> None:
        Worker(stop=stop).run()

    _until_signal(work)


ROLES: dict[str, Callable[[argparse.Namespace], None]] = {
    "web": web,
    "indexer": indexer,
    "jobs": jobs,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    args = parser.parse_args()
    die_with_parent()
    ROLES[args.role](args)


if __name__ == "__main__":
    main()
