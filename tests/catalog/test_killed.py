"""An import process killed by the system: nothing lost, nothing twice, nothing half."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from kexiang.catalog import services
from kexiang.catalog.models import ImportJob, Record, Revision
from tests.catalog.conftest import AT, World, instrument

ROWS = 3000
SCRIPT = """
import sys, django
django.setup()
from datetime import datetime
from pathlib import Path
from kexiang.catalog import services
from kexiang.catalog.services.imports import passes
from kexiang.kernel.actor import Actor, Grant
passes.BATCH = 100
actor = Actor(sys.argv[1], frozenset({Grant("unit_admin", sys.argv[2])}))
services.import_file(
    actor=actor, kind="instrument", path=Path(sys.argv[3]), owner=sys.argv[2],
    at=datetime.fromisoformat(sys.argv[4]), mode=sys.argv[5],
)
"""


def database_url() -> str:
    """The address of the test database, for another process."""
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{named['NAME']}"
    port = f":{named['PORT']}" if named["PORT"] else ""
    user, host = quote(named["USER"]), named["HOST"] or "127.0.0.1"
    if named["PASSWORD"]:
        user += f":{quote(named['PASSWORD'], safe='')}"
    if host.startswith("/"):  # the folder of a socket
        return f"postgresql://{user}@{port}/{named['NAME']}?host={host}"
    return f"postgresql://{user}@{host}{port}/{named['NAME']}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["valid_rows", "all_or_nothing"])
def test_killed_in_the_middle_and_resumed(world: World, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "big.jsonl"
    rows = (instrument(inner_id=f"N{n}", asset_no=f"Z{n}", title=f"天平{n}") for n in range(ROWS))
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    admin = world.admin
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kexiang_site.settings",
        "KEXIANG_DATABASE_URL": database_url(),
    }
    command = [sys.executable, "-c", SCRIPT, admin.uid, world.university.uid, str(path)]
    child = subprocess.Popen([*command, AT.isoformat(), mode], env=environment)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not _is_writing():
            assert child.poll() is None, "the import ended before it could be killed"
            time.sleep(0.02)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    stopped = Record.objects.count()
    assert 0 < stopped < ROWS
    assert stopped == ImportJob.objects.get().rows_good == Revision.objects.count()

    result = services.import_file(
        actor=admin, kind="instrument", path=path, owner=world.university.uid, at=AT, mode=mode
    )

    assert (result.is_resumed, result.state, result.good) == (True, "done", ROWS)
    assert Record.objects.filter(is_held=False).count() == ROWS == Revision.objects.count()
    assert Record.objects.values("import_row").distinct().count() == ROWS
    assert Record.objects.values("number").distinct().count() == ROWS


def _is_writing() -> bool:
    job = ImportJob.objects.first()
    return job is not None and job.state == "running" and job.row_done >= 300
