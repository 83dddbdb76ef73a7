"""Called by hatchling: what is not kept in the repository is made before a wheel is packed.

Needs Node and Babel (``build-system.requires``), and nothing where both are built already.
"""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuiltAssets(BuildHookInterface):  # type: ignore[type-arg]  # no configuration of its own
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build front end and message catalogues; raises ``RuntimeError`` when that fails."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        from tools import build_assets  # noqa: PLC0415 -- lies beside, not in the environment

        if build_assets.main():
            raise RuntimeError("the front end could not be built, see above")
