"""The omnistate under trial: where its commands are, and the settings of one installation.

Either this tree's sources or what `make compiled` has made of them. It starts nothing itself.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
COMPILED: Final = ROOT / ".venv-compiled" / "bin" / "omnistate"


class Engine:
    """How a command is run, and in which environment; `settings` by their names in the CLI."""

    def __init__(self, settings: Mapping[str, object], *, compiled: bool = False) -> None:
        self._settings = settings
        self._compiled = compiled
        sources = (sys.executable, "-m", "omnistate.cli.app")
        self.command: Final = (str(COMPILED),) if compiled else sources

    def environment(self, **more: object) -> dict[str, str]:
        """This machine's, without settings but the installation's and these."""
        own = {name: text for name, text in os.environ.items() if not name.startswith("OMNISTATE_")}
        # The sources are this tree's, whichever are installed; they would hide what is compiled.
        own.pop("PYTHONPATH", None)
        if not self._compiled:
            own["PYTHONPATH"] = str(ROOT)
        settings = {**self._settings, **more}
        return own | {f"OMNISTATE_{name.upper()}": str(value) for name, value in settings.items()}
