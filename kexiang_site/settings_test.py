"""The same settings, with a home of their own and cheap password hashes."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "KEXIANG_HOME" not in os.environ:
    os.environ["KEXIANG_HOME"] = tempfile.mkdtemp(prefix="kexiang-test-")
    atexit.register(shutil.rmtree, os.environ["KEXIANG_HOME"], ignore_errors=True)
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Parallel test processes share the variable but must not share index, files or database.
    own = Path(os.environ["KEXIANG_HOME"])
    own = own if own.name == worker else own / worker
    own.mkdir(parents=True, exist_ok=True)
    os.environ["KEXIANG_HOME"] = str(own)
os.environ.setdefault("KEXIANG_SECRET_KEY", "only-for-tests")
if urls := os.environ.get("KEXIANG_TEST_DATABASE_URL", "").split():
    # One server per parallel process (tools/postgres.py says why).
    os.environ["KEXIANG_DATABASE_URL"] = urls[int((worker or "gw0")[2:]) % len(urls)]

from kexiang_site.settings import *  # noqa: F403 -- the same settings, changed below
from kexiang_site.settings import DATABASES, HOME, INSTALLED_APPS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATE_LIMIT = False
# Counts of database queries must not hang on the second in which a test runs; conftest.py
# makes the next test look again when one has loaded a pack.
PACK_CHECK_SECONDS = 3600
ACCOUNT_RATE_LIMITS = False
DEMO_HOSTS = ["testserver"]
# Its ``flush`` lifts the journal's triggers: transactional tests end with one.
INSTALLED_APPS = ["tests.support", *INSTALLED_APPS]
STATIC_ROOT = Path(HOME) / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about a missing folder
if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(HOME) / "test.sqlite3")}
