"""A run: its configuration, its method, its data, and the folder they live in."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from coview.atomic import landing_file, write_whole
from coview.engine import checkpoint, log
from coview.engine.config import FitConfig, load_config, save_config
from coview.errors import UserError
from coview.health.verdict import Verdict
from coview.methods.base import Method
from coview.methods.registry import build_method, own_options
from coview.modalities.base import Modality
from coview.modalities.registry import modality_from_config
from coview.nn.encoder import Encoder


@dataclass
class Run:
    """What `fit` leaves and `load` reads back.

    Args:
        config: resolved.
        method: trained, in eval mode.
        modalities: by slot, as fitted on the training rows.
        folder: where the run lives, or None for one kept in memory.
        verdict: the health report, or None before there is one.
        steps: optimizer steps done.
        seconds: of training.
        metrics: one dict a logged step.
        scores: as `scores.json` has them, once evaluated.
    """

    config: FitConfig
    method: Method
    modalities: dict[str, Modality]
    folder: Path | None = None
    verdict: Verdict | None = None
    steps: int = 0
    seconds: float = 0.0
    metrics: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether training used its whole budget; False where a signal ended it before."""
        return self.method.clock.progress >= 1

    def random_method(self) -> Method:
        """The same method as it was before training: the random-encoder reference."""
        return new_method(self.config, self.modalities).eval()


def new_method(
    config: FitConfig,
    modalities: Mapping[str, Modality],
    *,
    starts: Mapping[str, Encoder] | None = None,
    frozen: Collection[str] = (),
) -> Method:
    """A method as the configuration and its seed make it.

    Args:
        config: options.
        modalities: of its slots.
        starts: by slot, encoders whose weights its own begin with.
        frozen: slots whose encoders stay as they are.
    """
    torch.manual_seed(config.seed)
    return build_method(
        config.method,
        modalities,
        encoder=config.encoder,
        encoder_options=config.encoder_options,
        options=config.options,
        starts=starts,
        frozen=frozen,
    )


def resolved(config: FitConfig, method: Method) -> FitConfig:
    """The configuration with all that the method was made of: its options, and each slot's encoder with its own.

    A run is built from these alone, so that defaults may change after it.
    """
    encoders: dict[str, Encoder] = {}
    for module in method.modules():
        if isinstance(module, Encoder) and module.name:
            encoders.setdefault(module.slot, module)
    own = {n: p.default for n, p in own_options(type(method)).items() if p.default is not p.empty}
    return replace(
        config,
        encoder={slot: e.name for slot, e in encoders.items()},
        encoder_options={slot: dict(e.options) for slot, e in encoders.items()},
        options={**own, **config.options},
    )


def refuse_existing(folder: Path) -> None:
    """Raises UserError where there is something in a new run's folder already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} exists already; give another --out, or --resume to go on with it")


SKIPPED = "skipped.csv"
"""Of a run's folder: name and reason of all that could not be read, where there is any."""

STARTED = ("config.yaml", "modalities.json", SKIPPED)
"""What a run's folder has before the first step."""


def write_run(
    folder: Path, config: FitConfig, modalities: Mapping[str, Modality], skipped: Sequence[tuple[str, str]] = ()
) -> None:
    """Starts a run's folder: config.yaml, modalities.json, and skipped.csv where something was skipped."""
    folder.mkdir(parents=True, exist_ok=True)
    save_config(config, folder / "config.yaml")
    described = {slot: {"modality": m.name, **m.config()} for slot, m in modalities.items()}
    write_whole(folder / "modalities.json", json.dumps(described))
    if skipped:
        with landing_file(folder / SKIPPED) as draft, draft.open("x", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("name", "reason"), *skipped])


def read_modalities(folder: Path) -> dict[str, Modality]:
    """The fitted modalities of a run, by slot.

    Raises:
        UserError: `modalities.json` is not there or broken, or names a modality that is not there.
    """
    try:
        described = json.loads((folder / "modalities.json").read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{folder} is no whole run: modalities.json cannot be read ({error})") from error
    return {slot: modality_from_config(config) for slot, config in described.items()}


def load(folder: str | Path) -> Run:
    """Reads a run from its folder; nothing is unpickled.

    Raises:
        UserError: the folder is no run, or its newest checkpoint cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"there is no run at {folder}")
    config = load_config(folder / "config.yaml")
    modalities = read_modalities(folder)
    method = new_method(config, modalities)
    step, state = checkpoint.load(checkpoint.latest(folder / checkpoint.FOLDER), method)
    run = Run(config, method.eval(), modalities, folder, steps=step, seconds=state["seconds"])
    method.clock.step, method.clock.progress = step, state["progress"]
    verdict, scores = folder / "verdict.json", folder / "scores.json"
    if verdict.is_file():
        run.verdict = Verdict.from_dict(json.loads(verdict.read_text()))
    if scores.is_file():
        run.scores = json.loads(scores.read_text())
    run.metrics = log.read_lines(folder)
    return run
