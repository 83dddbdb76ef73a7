"""``python -m kexiang_site.bench.search_home``: this bench by itself in a throw-away home."""

import argparse
import json
import os
import shutil
import tempfile
from importlib import import_module

import django
from django.core.management import call_command


def main() -> None:
    folder = os.environ["KEXIANG_HOME"] = tempfile.mkdtemp(prefix="kexiang-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexiang_site.settings")
    try:
        django.setup()
        bench = import_module("kexiang_site.bench.search")
        parser = argparse.ArgumentParser()
        bench.add_arguments(parser)
        args = parser.parse_args()
        call_command("migrate", verbosity=0, skip_checks=True)
        print(json.dumps(bench.run(args), ensure_ascii=False))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
