"""Protocols of evaluation, readings of the verdict, and what is installed with what."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path
from typing import Any

from coview.evaluate import (
    clustering,
    few_shot,
    knn,
    linear,
    link_prediction,
    next_event,
    ranking,
    retrieval,
    ridge,
    state,
    zero_shot,
)
from coview.evaluate.evaluate import AUTO, PROTOCOLS
from coview.health import signs as health_signs
from parts.text import prose, sections, table

FUNCTIONS: dict[str, Any] = {
    "knn": knn.knn,
    "linear": linear.linear,
    "few-shot": few_shot.few_shot,
    "clustering": clustering.clustering,
    "retrieval": retrieval.retrieval,
    "zero-shot": zero_shot.zero_shot,
    "ridge": ridge.ridge,
    "link-prediction": link_prediction.link_prediction,
    "ranking": ranking.ranking,
    "next-event": next_event.next_event,
    "state": state.state,
}


def protocols() -> str:
    """Every protocol with its fixed details, from the code."""
    parts = []
    for name in PROTOCOLS:
        function = FUNCTIONS[name]
        told = sections(function.__doc__)
        by_itself = " Scored where nothing else is asked for." if name in AUTO else ""
        parts.append(f"### {name}\n\n{prose(told[''])}{by_itself}")
        parts += [f"**Paper.** {prose(told['Paper'])}"] if told.get("Paper") else []
        details = getattr(inspect.getmodule(function), "DETAILS", None)
        if details:
            parts.append(table(("detail", "value"), [(k, v) for k, v in details.items()]))
    return "\n\n".join(parts)


def signs() -> str:
    """The signs that the verdict knows, each with the first sentence of its docstring."""
    found = [
        (name.replace("_", " "), prose(inspect.cleandoc(f.__doc__ or "").split("\n\n")[0]))
        for name, f in vars(health_signs).items()
        if inspect.isfunction(f) and f.__module__ == health_signs.__name__ and not name.startswith("_")
    ]
    return table(("sign", "what it says"), found)


def packages(path: Path) -> str:
    """Extras and what they bring, from pyproject.toml."""
    extras = tomllib.loads(path.read_text())["project"]["optional-dependencies"]
    return table(("extra", "brings"), [(f"`coview[{n}]`", ", ".join(f"`{d}`" for d in ds)) for n, ds in extras.items()])
