"""`coview.fit`: from data to a trained run."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from coview.engine.config import FitConfig, plain
from coview.errors import UserError
from coview.flags import flag

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.mapping import Known
    from coview.data.source import Column, Data, Source
    from coview.engine.run import Run
    from coview.modalities.base import Modality


@dataclass
class Prepared:
    """Data of a run: samples read by fitted modalities, and who trains.

    Args:
        data: all samples.
        rows: of each part: train, valid, and test where there is one.
    """

    data: Data
    rows: dict[str, Tensor]


def make_config(method: str, data: Any, **options: Any) -> FitConfig:
    """The configuration of a `fit` call: options that `FitConfig` does not know are the method's own.

    Raises:
        UserError: an option has no sense.
    """
    known = {f.name for f in dataclasses.fields(FitConfig)}
    own = {n: v for n, v in options.items() if n not in known}
    shared = {n: v for n, v in options.items() if n in known}
    shared["options"] = {**shared.get("options", {}), **own}
    return FitConfig(method=method, data=said(data), **shared)


def said(data: Any) -> str:
    """What a run keeps of where its data is: a name or a path, and nothing of what is in memory."""
    return os.fspath(data) if isinstance(data, str | os.PathLike) else ""


def given(config: FitConfig, data: Any) -> Any:
    """The data that is given, or where nothing is, what a run was trained on.

    Raises:
        UserError: that was in memory.
    """
    if data is None and not config.data:
        raise UserError("this run was trained on data in memory; say with data= (--data) what to read")
    return config.data if data is None else data


def is_own(config: FitConfig, data: Any) -> bool:
    """Whether data is known to be what a run was trained on: nothing else is given, or the same name or place."""
    place = said(data)
    if data is None or not place or not config.data:
        return data is None
    return place == config.data or (os.path.exists(place) and os.path.realpath(place) == os.path.realpath(config.data))


def known_to(config: FitConfig, data: Any) -> Known:
    """How a run read its own data; its labels are for that alone, as other data has labels of its own."""
    from coview.data.mapping import Known, from_told, parse_columns

    labels = (config.label or []) if is_own(config, data) else []
    return Known(from_told(config.read_from), parse_columns(config.columns), labels, config.group)


def prepare(
    config: FitConfig,
    data: Any,
    *,
    modalities: dict[str, Modality] | None = None,
    known: Known | None = None,
    progress: Callable[[str], None] | None = None,
) -> Prepared:
    """Opens, reads and splits the data of a run; modalities are fitted to training samples alone.

    Args:
        config: slots, columns, modality options, strictness.
        data: a catalog name, a path, a `Source`, or arrays.
        modalities: those of an earlier run, to read the data as it did.
        known: how that run read its own data.
        progress: is told what goes on.
    """
    from coview.data.open import open_source
    from coview.data.prepared.prepare import load
    from coview.data.split import split
    from coview.engine.pretrained import from_runs, read_as
    from coview.methods.registry import plan_encoders
    from coview.modalities.registry import modality_class
    from coview.use.check import check_config, check_joined

    again = modalities is not None
    if not again:
        check_config(config)
    source: Source = open_source(
        data, columns=config.columns, label=config.label, group=config.group, options=config.modality, known=known
    )
    if modalities is not None:
        source = as_slots(source, modalities)
        slots = [s for s in modalities if s in source.columns]
    else:
        _check_slots(config, source)
        classes = {s: modality_class(source.columns[s].modality) for s in config.slots or source.columns}
        others = source.columns.keys() - classes.keys()
        slots = list(plan_encoders(config.method, classes, config.encoder, config.encoder_options, sorted(others)))
        trained = from_runs(config, {s: classes[s] for s in slots})
        told = {s: {**config.modality.get(classes[s].name, {}), **config.modality.get(s, {})} for s in trained}
        modalities = {s: read_as(e, told[s]) for s, e in trained.items()}
    rows = split(source, seed=0)
    read = load(
        source,
        slots=slots,
        modalities=modalities,
        options=config.modality,
        adapt_rows=rows["train"],
        strict=config.strict,
        progress=progress,
    )
    parts = split(read, seed=0)
    if not again:
        check_joined(config.method, read, parts["train"])
    return Prepared(read, parts)


def as_slots(source: Source, modalities: Mapping[str, Modality]) -> Source:
    """A source none of whose slots is named as a run's, with those renamed whose modality leaves no doubt.

    Raises:
        UserError: it has nothing that the run reads.
    """
    if any(slot in modalities for slot in source.columns):
        return source
    renamed: dict[str, Column] = {}
    for column in source.columns.values():
        fitting = [s for s, m in modalities.items() if m.name == column.modality and s not in renamed]
        if fitting:
            renamed[fitting[0]] = column
    if not renamed:
        has = ", ".join(f"{s} ({c.modality})" for s, c in source.columns.items())
        wants = ", ".join(f"{s} ({m.name})" for s, m in modalities.items())
        raise UserError(f"{source.name} has {has}; the run reads {wants}: name its columns with --columns")
    return dataclasses.replace(source, columns=renamed, read_from={})


def _check_slots(config: FitConfig, source: Source) -> None:
    """Raises UserError where an option names a slot that the data does not have."""
    modalities = dict.fromkeys(column.modality for column in source.columns.values())
    encoders = config.encoder if isinstance(config.encoder, dict) else {}
    own = [name for name, value in config.encoder_options.items() if isinstance(value, dict)]
    asked = {"--slots": config.slots or (), "--encoder": encoders, "--encoder-options": own}
    for option, named in {**asked, "--modality": config.modality}.items():
        known = [*source.columns] if option == "--slots" else [*source.columns, *modalities]
        unknown = [slot for slot in named if slot not in known]
        if unknown:
            near = get_close_matches(unknown[0], known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(source.columns)}"
            raise UserError(f"{option}: the data has no slot {unknown[0]!r}; {hint}")


def saved_run(out: str | None, method: str | None, asked: Mapping[str, Any]) -> tuple[FitConfig, dict[str, Modality]]:
    """Configuration and fitted modalities of a run that is to go on.

    Args:
        out: its folder.
        method: what it is said to be a run of, where that is said.
        asked: options that are asked for besides, by name; they can be no others than the run's own.

    Raises:
        UserError: there is no run, or it was asked for otherwise.
    """
    from pathlib import Path

    from coview.engine.config import load_config
    from coview.engine.run import read_modalities

    if out is None:
        raise UserError("--resume needs --out, the run to go on with")
    config = dataclasses.replace(load_config(Path(out) / "config.yaml"), out=out)
    if method not in (None, config.method):
        raise UserError(f"{out} is a run of {config.method}; coview fit {config.method} --resume goes on with it")
    for name, value in asked.items():
        kept = getattr(config, name, config.options.get(name))
        if not _is_kept(plain(value), plain(kept)):
            told = "it has none" if kept is None else f"it has {kept}"
            raise UserError(f"--resume goes on as the run was asked for: {flag(name)} cannot be {value} now, {told}")
    return config, read_modalities(Path(out))


def _is_kept(asked: Any, kept: Any) -> bool:
    """Whether what is asked for is what a run has, which names by slot what was asked for all of them."""
    if asked == kept or asked in (None, "auto"):
        return True
    if isinstance(asked, dict) and isinstance(kept, dict) and asked.keys() <= kept.keys():
        return all(_is_kept(value, kept[name]) for name, value in asked.items())
    return isinstance(kept, dict) and bool(kept) and all(_is_kept(asked, each) for each in kept.values())


def fit(
    method: str,
    data: Any,
    *,
    out: str | None = None,
    resume: bool = False,
    tell: Callable[[dict[str, Any]], None] | None = None,
    **options: Any,
) -> Run:
    """Trains a method on data.

    Args:
        method: a method's name (`coview methods`), or `file.py:Class`.
        data: a catalog name, a path, a `Source`, or arrays (see `coview.data.open.open_source`).
        out: folder of the run; None keeps it in memory.
        resume: go on with the run in `out`, as it was asked for: options can be no others than its own.
        tell: is told of every step, with its metrics as a dict.
        options: fields of `FitConfig` (steps, batch_size, seed, ...); all others are the method's own.

    Returns:
        The run: `run.method` in eval mode, `run.verdict`, `run.metrics`.

    Raises:
        UserError: what was asked for makes no sense; the message says what would.
        RunFailed: the run could not go on.
    """
    from coview.engine.fit import fit_data
    from coview.use.folders import refuse_used

    if resume:
        config, modalities = saved_run(out, method, options)
        ready = prepare(config, given(config, data), modalities=modalities)
    else:
        config = make_config(method, data, out=out, **options)
        refuse_used(out)
        ready = prepare(config, data)
    return fit_data(config, ready.data, ready.rows, resume=resume, tell=tell)
