"""The same settings, with a home of their own and cheap password hashes."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("KEXIANG_HOME", tempfile.mkdtemp(prefix="kexiang-test-"))
os.environ.setdefault("KEXIANG_SECRET_KEY", "only-for-tests")
if url := os.environ.get("KEXIANG_TEST_DATABASE_URL"):
    os.environ["KEXIANG_DATABASE_URL"] = url

from kexiang_site.settings import *  # noqa: E402, F403
from kexiang_site.settings import DATABASES, HOME  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATE_LIMIT = False
STATIC_ROOT = Path(HOME) / "static"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(HOME) / "test.sqlite3")}
