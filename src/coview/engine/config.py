"""What a run was asked to do: every option of `fit`, resolved, saved and read back."""

from __future__ import annotations

import dataclasses
import math
import platform
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from coview.atomic import write_whole
from coview.engine.schedule import Schedule
from coview.errors import UserError
from coview.flags import flag
from coview.kinds import check_kind
from coview.methods.registry import method_class

FORMAT = 1
"""Of config.yaml; raised when an older reader would misunderstand a newer file."""


LIMITS: dict[str, tuple[float, float]] = {
    "batch_size": (0, math.inf),
    "processes": (1, math.inf),
    "threads": (1, math.inf),
    "chunk": (0, math.inf),
    "checkpoint_every": (0, math.inf),
    "health_every": (0, math.inf),
    "weight_decay": (0, math.inf),
    "clip": (0, math.inf),
    "warmup": (0, 1),
    "seed": (-(1 << 63), (1 << 63) - 1),
}
"""Least and greatest value of an option."""


@dataclass
class FitConfig:
    """Options of `fit`.

    Args:
        method: a method's name, or `file.py:Class`.
        data: a catalog name, or a path.
        out: the run's folder; None keeps the run in memory.
        minutes, epochs, steps: the budget; one of them (default: 2 minutes).
        batch_size: samples a step, never views, over all processes; 0 for what suits the method.
        chunk: samples that go through the encoders together; None or 0 resolves to the batch shared evenly among the
            processes.
        encoder: encoder name (`conv`, `vit`, `timm:NAME`, `run:DIR` for the one of a run), or `slot=name` pairs.
        encoder_from: by slot, the folder of the run whose encoder this one started from; `encoder` says it.
        frozen: leave encoders that come from a run as they are.
        slots: the slots to read; default all that the method takes.
        columns: for tables, `slot:modality=column[,column]` mappings.
        read_from: what that came to, with the columns of `entity` and `time`; other data is read by it.
        group: the column (or label) whose samples are kept together in splits.
        label: label columns of a table.
        modality: options of modalities or slots, such as `{"image": {"size": 32}}`.
        encoder_options: options of the networks, such as `{"dim": 256}`; of one slot's, `{"name": {"dim": 64}}`.
        options: the method's own options.
        optimizer: adamw, sgd or lars.
        lr: peak learning rate; default by optimizer and batch size.
        weight_decay: of matrices; default by optimizer.
        warmup: share of the budget.
        schedule: cosine, linear or constant.
        clip: greatest gradient norm; 0 for none.
        balance: how several losses share the encoder; default what the method is made for, mostly their sum.
        seed: of everything drawn.
        precision: 32, bf16 or auto (bf16 where the processor computes in it).
        device: auto, cpu or cuda.
        processes: how many to start on this machine; under torchrun those that are there.
        threads: a process; default the physical cores shared among the processes.
        init: safetensors file of encoder weights to start from.
        checkpoint_every: steps between checkpoints; 0 for one every ten minutes and at the end.
        health_every: steps between health readings; 0 for ten over the run, at least 30 steps apart.
        strict: stop at the first bad sample.
        stop_on_collapse: stop when the verdict is collapsed.
    """

    method: str
    data: str = ""
    out: str | None = None
    minutes: float | None = None
    epochs: float | None = None
    steps: int | None = None
    batch_size: int = 0
    chunk: int | None = None
    encoder: str | dict[str, str] | None = None
    encoder_from: dict[str, str] = field(default_factory=dict)
    frozen: bool = False
    slots: list[str] | None = None
    columns: list[str] | None = None
    read_from: dict[str, list[str]] = field(default_factory=dict)
    group: str | None = None
    label: list[str] | None = None
    modality: dict[str, dict[str, Any]] = field(default_factory=dict)
    encoder_options: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    optimizer: str = "adamw"
    lr: float | None = None
    weight_decay: float | None = None
    warmup: float = 0.05
    schedule: Schedule = Schedule.COSINE
    clip: float = 5.0
    balance: str = ""
    seed: int = 0
    precision: str = "auto"
    device: str = "auto"
    processes: int = 1
    threads: int | None = None
    init: str | None = None
    checkpoint_every: int = 0
    health_every: int = 0
    strict: bool = False
    stop_on_collapse: bool = False

    def __post_init__(self) -> None:
        if self.minutes is None and self.epochs is None and self.steps is None:
            self.minutes = 2.0
        self._check_kinds()
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                said = f"is at least {least}" if most == math.inf else f"is between {least} and {most}"
                raise UserError(f"{flag(name)} {said}; {value} was given")
        for name in ("minutes", "epochs", "steps", "lr"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise UserError(f"--{name} must be above zero; {value} was given")
        if self.method:  # `compare` asks for several, each of which resolves its own
            self.batch_size = self.batch_size or method_class(self.method).batch_size
            self.balance = self.balance or method_class(self.method).balance
        self.precision = str(self.precision)
        if self.precision not in ("32", "bf16", "auto"):
            raise UserError(f"--precision is 32, bf16 or auto; {self.precision!r} was given")
        try:
            self.schedule = Schedule(self.schedule)
        except ValueError as error:
            raise UserError(f"--schedule is {', '.join(Schedule)}; {self.schedule!r} was given") from error

    def _check_kinds(self) -> None:
        """Raises UserError where a file or a caller gave a number or truth value as something else."""
        for told in dataclasses.fields(self):
            value, (kind, *rest) = getattr(self, told.name), str(told.type).split(" | ")
            if value is not None or not rest:
                check_kind(flag(told.name), value, kind)


def as_asked(config: FitConfig) -> FitConfig:
    """A run's configuration as it was asked for: encoders that came from runs named `run:DIR` again."""
    if not config.encoder_from or not isinstance(config.encoder, dict):
        return config
    kept = {slot: options for slot, options in config.encoder_options.items() if slot not in config.encoder_from}
    named = {slot: f"run:{folder}" for slot, folder in config.encoder_from.items()}
    return dataclasses.replace(config, encoder={**config.encoder, **named}, encoder_options=kept, encoder_from={})


def versions() -> dict[str, str]:
    """Versions of what computes a run's numbers."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in ("coview", "torch", "torchvision", "timm", "lightning-fabric", "numpy", "scikit-learn"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def plain(value: Any) -> Any:
    """A configuration as JSON and YAML have it: enums by value, tuples as lists."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def save_config(config: FitConfig, path: Path) -> None:
    """Writes the resolved configuration with its format number and the versions used."""
    options = plain(dataclasses.asdict(config))
    write_whole(path, yaml.safe_dump({"format": FORMAT, **options, "versions": versions()}, sort_keys=False))


def load_config(path: Path, method: str | None = None) -> FitConfig:
    """Reads what `save_config` wrote, or a user's `--config` file; `method` where that names none.

    Raises:
        UserError: no such file, a newer format, or an option that does not exist.
    """
    if not path.is_file():
        raise UserError(f"there is no configuration at {path}; a run's folder has config.yaml")
    try:
        found = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise UserError(f"{path} is not readable YAML: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise UserError(f"{path} is no configuration of coview: it names no options")
    if found.pop("format", FORMAT) > FORMAT:
        raise UserError(f"{path} was written by a newer coview; this one reads format {FORMAT}")
    found.pop("versions", None)
    known = {f.name for f in dataclasses.fields(FitConfig)}
    for name in found:
        if name not in known:
            raise UserError(f"{path} has an option {name!r} that fit does not have")
    if method is None and "method" not in found:
        raise UserError(f"{path} is no configuration of coview: it names no method")
    return FitConfig(**{"method": method, **found})
