"""The command line, in its own words."""

from __future__ import annotations

import contextlib
import io
import os
import re

from coview.cli import available, main
from coview.cli.docs import arguments
from coview.engine.config import FitConfig
from parts.text import prose, table


def every_help() -> str:
    """What `coview --help` and `coview VERB --help` print."""
    parts = [f"## coview\n\n```text\n{printed()}\n```"]
    for verb, (_, said) in available().items():
        parts.append(f"## coview {verb}\n\n{said}.\n\n```text\n{printed(verb)}\n```")
    return "\n\n".join(parts)


def printed(*words: str) -> str:
    """The help of a command, at a fixed width."""
    caught = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    try:
        with contextlib.redirect_stdout(caught):
            main([*words, "--help"])
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return re.sub(r"\x1b\[[0-9;]*m", "", caught.getvalue()).strip()


def fit_options() -> str:
    """The fields of the configuration."""
    return table(("field", "meaning"), [(f"`{n}`", prose(t)) for n, t in arguments(FitConfig.__doc__).items()])
