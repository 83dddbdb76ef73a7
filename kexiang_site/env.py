"""Typed environment variables. Every setting an operator may change is read here, once."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
IN_CLONE = (PROJECT / "pyproject.toml").is_file()
"""Whether this is a clone of the repository, not an installed wheel."""
DEFAULT_PACK = "changzhi-2017"
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def home() -> Path:
    """The data folder: ``KEXIANG_HOME``, by default ``.kexiang`` in the clone or the cwd."""
    if value := os.environ.get("KEXIANG_HOME"):
        return Path(value).resolve()
    base = PROJECT if IN_CLONE else Path.cwd()
    return base / ".kexiang"


def packs() -> Path:
    """The folder of the policy packs: beside the packages in a clone, inside the wheel else."""
    return PROJECT / "packs" if IN_CLONE else Path(__file__).resolve().parent / "packs"


def flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def words(name: str, default: str = "") -> list[str]:
    return [w.strip() for w in os.environ.get(name, default).split(",") if w.strip()]


def secret_key(folder: Path) -> str:
    """``KEXIANG_SECRET_KEY``, or a key made once and kept in the data folder (mode 600)."""
    if value := os.environ.get("KEXIANG_SECRET_KEY"):
        return value
    file = folder / "secret-key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".secret-key.{os.getpid()}"
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        fresh.chmod(0o600)
        try:
            os.link(fresh, file)  # the first process wins; the others read its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text(encoding="ascii").strip()


def database(url: str) -> dict[str, object]:
    """A Django ``DATABASES`` entry for ``sqlite:///path`` or ``postgresql://…``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:] if parts.path.startswith("//") else parts.path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                    "PRAGMA mmap_size=67108864;PRAGMA cache_size=-32000"
                ),
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        query = dict(p.split("=", 1) for p in parts.query.split("&") if "=" in p)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.get("host", parts.hostname or "")),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ValueError(f"KEXIANG_DATABASE_URL: 只支持 sqlite:/// 或 postgresql://,收到 {url!r}")


@dataclass(frozen=True, slots=True)
class Mail:
    """How mails leave; without a host they only go to the log."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @property
    def backend(self) -> str:
        return f"django.core.mail.backends.{'smtp' if self.host else 'console'}.EmailBackend"


def mail(url: str) -> Mail:
    """From ``smtp://``, ``smtp+tls://`` or ``smtps://user:password@host:port``.

    Raises ``ValueError`` for any other address.
    """
    if not url:
        return Mail()
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ValueError("KEXIANG_EMAIL_URL: 只支持 smtp://、smtp+tls:// 或 smtps:// 加主机名。")
    return Mail(
        host=parts.hostname,
        port=parts.port or MAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )
