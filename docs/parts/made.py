"""Things that are made on the spot, by the makers that the tests use."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def repository_on_path() -> None:
    """So that `tests` can be imported, whose makers of files are used here too."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
