"""Arms: trained and scored once, kept by content."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coview
from coview.atomic import write_whole
from coview.engine.config import FitConfig, plain, versions
from coview.errors import UserError
from coview.papers.claim import Arm, Metric

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data, Source
    from coview.modalities.base import Modality
    from coview.use.train import Prepared

HELD_OUT_READ = 256
"""Samples that the verdict reads; reading more takes time that belongs to training."""


class Bench:
    """Prepares, measures and runs the arms of a claim; data that several arms share is read once."""

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self.tell = tell or (lambda line: None)
        self._sources: dict[Callable[[], Source], Source] = {}
        self._prepared: dict[str, Prepared] = {}

    def config(self, arm: Arm, *, steps: int, lr: float, seed: int) -> FitConfig:
        """The configuration of one run of an arm: one thread, one chunk, in memory."""
        from coview.use.train import make_config

        options = {"batch_size": 128, "threads": 1, "device": "cpu", **arm.options}
        config = make_config(arm.method, None, **options, steps=steps, lr=lr, seed=seed)
        return dataclasses.replace(config, health_every=max(steps, 1))

    def prepare(self, arm: Arm) -> tuple[Data, dict[str, Tensor], Tensor]:
        """Data, rows by part, and the rows that the arm trains on."""
        from coview.use.train import prepare

        if arm.data not in self._sources:
            self._sources[arm.data] = arm.data()
        source = self._sources[arm.data]
        config = self.config(arm, steps=1, lr=1e-3, seed=0)
        same = json.dumps([id(source), config.slots, config.modality, _slots(arm, source, config)])
        if same not in self._prepared:
            self._prepared[same] = prepare(config, source)
        ready = self._prepared[same]
        train = ready.rows["train"] if arm.pool is None else arm.pool(ready.data, ready.rows["train"])
        return ready.data, ready.rows, train

    def flops(self, arm: Arm) -> float:
        """Training FLOPs of a step."""
        from coview.engine.flops import flops_of_step

        data, _, train = self.prepare(arm)
        return flops_of_step(self.config(arm, steps=1, lr=1e-3, seed=0), data, train)

    def run(
        self, arm: Arm, metrics: list[Metric], *, steps: int, lr: float, seed: int, test: bool, refer: bool = False
    ) -> dict[str, Any]:
        """Trains and scores an arm, or finds that it was done: scores, protocol details, seconds, verdict.

        Args:
            arm: what is trained.
            metrics: what it is scored by.
            steps, lr, seed: of the run.
            test: whether the test part is scored (once, at the end); else the validation part.
            refer: whether the references are scored beside it.

        Raises:
            UserError: training was stopped before its last step.
        """
        import torch

        from coview.engine.fit import fit_data

        data, rows, train = self.prepare(arm)
        config = self.config(arm, steps=steps, lr=lr, seed=seed)
        parts = rows if test else {n: at for n, at in rows.items() if n != "test"}
        part = ("test" if "test" in parts else "valid") + (" beside references" if refer else "")
        part += "".join(f", {name}: {inspect.getsource(given)}" for name, given in arm.given.items() if refer)
        key = content_key(config, data, train, metrics, part)
        kept = _folder() / f"{key}.json"
        if kept.is_file():
            return json.loads(kept.read_text())
        busy, start = time.process_time(), time.perf_counter()
        run = fit_data(config, data, {"train": train, "valid": rows["valid"][:HELD_OUT_READ]})
        if not run.complete:
            raise UserError(
                f"{arm.method} was stopped after {run.steps:,} of {steps:,} steps and is not scored; "
                "finished arms are kept, and the same command goes on from there"
            )
        found: dict[str, Any] = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - busy}
        torch.set_num_threads(1)
        scored = {m.name: m.score(run, data, parts) for m in metrics}
        found |= {"scores": {n: s for n, (s, _) in scored.items()}, "protocol": {n: d for n, (_, d) in scored.items()}}
        assert run.verdict is not None
        found |= {"verdict": run.verdict.status, "precision": run.config.precision, "samples": len(train)}
        if refer:
            from coview.papers.given import given_score
            from coview.papers.metrics import references

            found["references"] = {m.name: references(run, data, parts, m) for m in metrics}
            for name, given in arm.given.items():
                for m in metrics:
                    found["references"][m.name][name] = given_score(given, run, data, parts, m)
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, json.dumps(plain(found), default=float))
        return json.loads(kept.read_text())


def content_key(config: FitConfig, data: Data, train: Tensor, metrics: list[Metric], part: str) -> str:
    """A hash of all that an arm's scores come from: code, configuration, data, seed, metrics, versions."""
    digest = hashlib.blake2b(digest_size=16)
    told = plain(dataclasses.asdict(config))
    told["method"] = told["method"].rpartition("/")[2]
    installed = {n: v for n, v in versions().items() if n != "coview"}
    what = [told, part, [[m.name, m.plan, inspect.getsource(m.score)] for m in metrics], installed]
    digest.update(json.dumps(what, sort_keys=True, default=str).encode())
    how: dict[str, Any] = {"encoder": config.encoder, "encoder_options": config.encoder_options}
    digest.update(code_of(config.method, data.modalities, **how, options=config.options).encode())
    digest.update(common_code().encode())
    digest.update(data_digest(data))
    digest.update(train.numpy().tobytes())
    return digest.hexdigest()


def code_of(method: str, modalities: Mapping[str, Modality], **how: Any) -> str:
    """The source of all that a method is made of: its file, the files of its networks and modalities, the parts of
    coview that those name, and what these name in turn.

    Args:
        method: as `fit` takes it.
        modalities: of its slots.
        how: of `build_method`: encoders and options.
    """
    from coview.methods.registry import build_method

    built = build_method(method, modalities, **how)
    classes = [c for p in [*built.modules(), *modalities.values()] for c in type(p).__mro__]
    functions = [f for f in vars(type(built)).values() if inspect.isfunction(f)]  # those of a file of one's own too
    found = _modules([*classes, *(v for f in functions for v in f.__globals__.values())])
    names: set[str] = set()
    while found:
        names |= found
        found = _modules(v for n in found for v in vars(sys.modules[n]).values()) - names
    own = [Path(method.rpartition(":")[0]).read_text()] if ".py:" in method else []
    return "\n".join([*own, *(inspect.getsource(sys.modules[n]) for n in sorted(names))])


def _modules(values: Iterable[Any]) -> set[str]:
    """The modules of coview that values are, or come from."""
    names = (v.__name__ if inspect.ismodule(v) else getattr(v, "__module__", None) for v in values)
    return {n for n in names if isinstance(n, str) and n.startswith("coview.") and n in sys.modules}


COMMON = ("balance", "data/sampler.py", "engine", "evaluate", "papers/metrics.py", "views")
"""Files and folders of coview that train and score every arm, whatever its method."""


@cache
def common_code() -> str:
    """The source of all that trains and scores any arm."""
    root = Path(coview.__file__).parent
    return "\n".join(file.read_text() for name in COMMON for file in _sources(root / name))


def _sources(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def data_digest(data: Data) -> bytes:
    """A hash of samples: names, labels, fitted modalities, and every value that is in memory."""
    from coview.batch import View

    digest = hashlib.blake2b(digest_size=16)
    described = {slot: m.config() for slot, m in data.modalities.items()}
    labels = {n: [str(v) for v in values.tolist()] for n, values in data.labels.items()}
    digest.update(json.dumps([data.names, labels, described], sort_keys=True, default=str).encode())
    for level, wholes in sorted(data.within.items()):
        digest.update(level.encode() + wholes.numpy().tobytes())
    for view in data.slots.values():
        if isinstance(view, View):
            for tensor in _tensors(view.value):
                digest.update(tensor.contiguous().numpy().tobytes())
    return digest.digest()


def _tensors(value: Any) -> list[Tensor]:
    """A tensor, or all that a value of tensors (graphs, nodes of a large one) holds."""
    if not dataclasses.is_dataclass(value):
        return [value] if hasattr(value, "contiguous") else []
    return [t for told in dataclasses.fields(value) for t in _tensors(getattr(value, told.name))]


def _slots(arm: Arm, source: Source, config: FitConfig) -> list[str]:
    from coview.methods.registry import slots_of
    from coview.modalities.registry import modality_class

    classes = {s: modality_class(source.columns[s].modality) for s in config.slots or source.columns}
    return slots_of(arm.method, classes)  # type: ignore[arg-type]


def _folder() -> Path:
    from coview.data.catalog.store.stock import cache_dir

    return cache_dir() / "arms"
