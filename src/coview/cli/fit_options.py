"""The options of `fit`: fields of the configuration, and the method's own parameters."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coview.cli import docs
from coview.cli.parser import Parser, add_option, add_several, nested, one_or_pairs, pairs_or_nested
from coview.engine.config import FitConfig, as_asked, load_config
from coview.errors import UserError
from coview.flags import flag
from coview.methods.registry import own_options
from coview.use.budget import NAMES, check_budget

GROUPS: dict[str, tuple[str, ...]] = {
    "data": ("data", "slots", "columns", "label", "group", "modality", "strict"),
    "budget (one of them)": ("minutes", "epochs", "steps"),
    "networks": ("encoder", "encoder_options", "frozen", "init"),
    "optimization": ("batch_size", "lr", "weight_decay", "optimizer", "schedule", "warmup", "clip", "balance"),
    "the run": ("out", "seed", "checkpoint_every", "health_every", "stop_on_collapse"),
    "machine": ("device", "precision", "chunk", "processes", "threads"),
}
WORDS = {"modality": nested, "encoder": one_or_pairs, "encoder_options": pairs_or_nested}
"""Fields whose values are `name=value` words."""

SAID = {
    "out": "the run's folder (default: runs/METHOD-DATA, with a number where that is taken)",
    "minutes": "train for so many minutes (default: 2)",
    "epochs": "train for so many passes over the data",
    "steps": "train for so many optimizer steps",
    "data": "a name of the catalog (coview data list), or a path: a folder, a table, an array file, shards",
    "modality": "how a slot or modality is read, such as image.size=64",
    "encoder": "network: conv, vit, timm:NAME, or run:DIR, the one that a run trained; or one for each slot, as in "
    "drawing=vit name=bag",
    "encoder_options": "of the networks, such as dim=256, or of one slot's, such as name.dim=64",
    "chunk": "samples that go through the encoders together (default: the batch)",
    "threads": "of each process (default: the physical cores, shared among the processes)",
    "warmup": "share of the budget in which the learning rate rises",
    "seed": "of everything drawn",
}
"""Fields that the command line explains in its own words."""


def build_parser(method: str | None, *, prog: str = "coview fit") -> Parser:
    """The parser of `fit METHOD`, with that method's options where one is named."""
    cls = None
    if method is not None:
        from coview.methods.registry import method_class

        cls = method_class(method)
    told = docs.plain(cls.__doc__) if cls is not None else _methods()
    parser = Parser(
        prog=f"{prog} {method}" if method else prog,
        usage=f"{prog} {method or 'METHOD'} --data NAME|PATH [--minutes M | --epochs N | --steps N] [options]",
        description=f"Learns from data, scores what was learnt, and says whether it worked.\n\n{told}",
    )
    if cls is not None and (own := own_options(cls)):
        add_method_options(parser.add_argument_group(f"options of {method}"), cls, own)
    add_config_options(parser)
    more = parser.add_argument_group("what to do")
    more.add_argument("--config", metavar="FILE", help="options from a YAML file (a run's config.yaml, for one)")
    more.add_argument("--resume", action="store_true", help="go on with the run in --out from its newest checkpoint")
    more.add_argument("--dry-run", action="store_true", help="say what was understood, draw DATA-views.png, and stop")
    more.add_argument("--no-evaluate", action="store_true", help="train only: no scores, no report")
    return parser


def add_config_options(parser: Parser, leave_out: tuple[str, ...] = ()) -> None:
    """Adds the fields of `FitConfig`, grouped."""
    fields = {f.name: f for f in dataclasses.fields(FitConfig)}
    hints = typing.get_type_hints(FitConfig)
    text = docs.arguments(FitConfig.__doc__) | SAID
    for title, names in GROUPS.items():
        group = parser.add_argument_group(title)
        for name in names:
            if name in leave_out:
                continue
            default = None if fields[name].default is dataclasses.MISSING else fields[name].default
            if name in WORDS:
                metavar = {"encoder": "NAME|SLOT=NAME", "modality": "SLOT.OPTION=VALUE"}.get(name, "OPTION=VALUE")
                add_several(group, flag(name), dest=name, metavar=metavar, default=argparse.SUPPRESS, help=text[name])
            else:
                add_option(group, name, hints[name], default, text[name])


def add_method_options(group: Any, cls: type, own: dict[str, inspect.Parameter]) -> None:
    """Adds a method's own parameters, with what its docstring says of them."""
    hints, text = typing.get_type_hints(cls.__init__), docs.arguments(cls.__doc__)
    for name, parameter in own.items():
        default = None if parameter.default is inspect.Parameter.empty else parameter.default
        add_option(group, name, hints.get(name, str), default, text.get(name, ""))


def read_config(method: str | None, given: dict[str, Any], config_file: str | None) -> FitConfig:
    """What was asked: the configuration file's options, and over them those of the command line.

    Args:
        method: as named on the command line; empty where each of several resolves its own defaults.
        given: options on the command line, by name.
        config_file: path of a YAML file.

    Raises:
        UserError: an option has no sense, or neither names a method.
    """
    values: dict[str, Any] = {}
    if config_file is not None:
        saved = dataclasses.asdict(as_asked(load_config(Path(config_file), method)))
        if "encoder" in given:
            saved["encoder_options"] = {}
        values = {name: v for name, v in saved.items() if name not in ("out", *NAMES) or (name in NAMES and v)}
        if any(name in given for name in NAMES):
            values = {name: v for name, v in values.items() if name not in NAMES}
        if method is not None and method != values["method"]:
            values["options"] = {}
    values["method"] = values.get("method") if method is None else method
    if values["method"] is None:
        raise UserError("name a method first: coview fit simclr --data emoji; coview methods lists them")
    known = {f.name for f in dataclasses.fields(FitConfig)}
    for name, value in options_of(given).items():
        if name not in known:
            values["options"] = {**values.get("options", {}), name: value}
        else:
            values[name] = value
    config = FitConfig(**values)
    check_budget(config)
    return config


def options_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options on the command line by name, `name=value` words read.

    Raises:
        UserError: such words cannot be read.
    """
    return {n: WORDS[n](v, flag(n)) if n in WORDS else v for n, v in given.items()}


def _methods() -> str:
    from coview.methods.registry import method_modules

    return f"Methods: {', '.join(method_modules())}.\n`coview fit METHOD --help` shows a method's own options."
