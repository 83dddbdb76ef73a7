"""What ``./kx`` does before the project's own programs can run. Standard library only.

Makes ``.venv``, installs the locked packages (checked by hash), builds the front end and
compiles the message catalogues; each step leaves a stamp, so that a second start does none.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CHECKS = ("lint", "test")
NEEDS_PAGES = ("demo", "serve", "init", "bench", *CHECKS)


class SetupError(Exception):
    """Setting up cannot go on; the message is one sentence in Chinese and English."""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _as_root() -> list[str] | None:
    """The prefix that makes a command run as root, or ``None`` when there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _quiet(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _quiet(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages when this machine and this user can; whether it worked."""
    root = _as_root()
    if root is None or not shutil.which("apt-get"):
        return False
    get = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    install = [*get, "install", "-y", "--no-install-recommends", *packages]
    return _quiet(install) or (_quiet([*get, "update"]) and _quiet(install))


def _can_make_environments() -> bool:
    return _quiet([sys.executable, "-c", "import ensurepip, venv"])


def _make_environment() -> None:
    is_new = [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if PYTHON.exists() and _quiet(is_new):
        return
    if not _can_make_environments():
        _say("正在安装 python3-venv …")
        if not apt_install("python3-venv") or not _can_make_environments():
            raise SetupError(
                "缺少 python3-venv,请用管理员权限安装后重试:apt install python3-venv。 "
                "python3-venv is missing; please install it and start again."
            )
    _say("正在建立运行环境 .venv …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise SetupError(f"无法建立 .venv:{made.stdout}{made.stderr} (.venv could not be made.)")


def _install(name: str) -> None:
    """The locked set ``requirements/<name>.txt``, unless its stamp says that it is there."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f".kexiang-{name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    _say("正在安装依赖包(首次约一分钟)…")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--no-input", "--no-deps", "--require-hashes", "-r", str(lock)],
        check=False,
        stdout=sys.stderr,
    )
    if done.returncode:
        raise SetupError(
            "依赖包没有装好,请检查网络或软件源后重试。 "
            "The packages could not be installed; please check the network and start again."
        )
    _link_project()
    stamp.write_text(wanted, encoding="ascii")


def _link_project() -> None:
    """Make the clone importable in its environment, and ``.venv/bin/kexiang`` a command."""
    folder = next((VENV / "lib").glob("python3*")) / "site-packages"
    (folder / "kexiang-clone.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = VENV / "bin" / "kexiang"
    command.write_text(
        # Guarded, because a child process of multiprocessing imports this file again.
        f"#!{PYTHON}\nimport sys\n\nfrom kexiang_site.cli import main\n\n"
        'if __name__ == "__main__":\n    sys.exit(main())\n',
        encoding="utf-8",
    )
    command.chmod(0o755)


def _module(name: str) -> None:
    done = subprocess.run([str(PYTHON), "-m", name], cwd=ROOT, stdout=sys.stderr, check=False)
    if done.returncode:
        raise SetupError(f"{name} 没有完成,原因见上。 {name} failed, see above.")


def set_up(task: str) -> None:
    """Everything that ``task`` needs; raises ``SetupError``."""
    _make_environment()
    _install("run")
    if task in CHECKS:
        _install("dev")
    if task in NEEDS_PAGES:
        _module("tools.build_assets")


def _become(module: list[str]) -> NoReturn:
    # -P: a folder "tools" where the user stands must not be taken for ours.
    os.execv(PYTHON, [str(PYTHON), "-P", "-m", *module])  # noqa: S606 -- no shell


def main(arguments: list[str]) -> int:
    task = arguments[0] if arguments else ""
    lock = ROOT / "build" / "setup.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            set_up(task)
        except SetupError as error:
            _say(str(error))
            return 1
    program = ["tools.check", *arguments] if task in CHECKS else ["kexiang_site.cli", *arguments]
    _become(program)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
