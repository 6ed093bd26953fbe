"""Methods by name: found in the tree, in entry points, or in a user's file; built for a data set's slots."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import typing
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from coview.errors import UserError
from coview.kinds import read_value

if TYPE_CHECKING:
    from coview.methods.base import Method
    from coview.modalities.base import Modality
    from coview.nn.encoder import Encoder

_ROOM = Path(__file__).parent
_PLAIN = {"base", "__init__"}
_SEVERAL = "--columns a:MODALITY=COLUMN b:MODALITY=COLUMN, or files of one name in a folder for each"


@cache
def method_modules() -> dict[str, str]:
    """Name (the file's stem with hyphens) -> module, without importing any."""
    files = sorted(p for p in _ROOM.glob("*/*.py") if p.stem not in _PLAIN and not p.stem.startswith("_"))
    found = {
        p.stem.replace("_", "-"): ".".join(("coview.methods", *p.relative_to(_ROOM).with_suffix("").parts))
        for p in files
    }
    return dict(sorted(found.items()))


def family(name: str) -> str:
    """The room a method is in: contrastive, masked, ..."""
    return method_modules()[name].split(".")[2]


def method_class(name: str) -> type[Method]:
    """The class of a method by name, by entry point (`coview.methods`), by `file.py:Class` or `package.module:Class`.

    Raises:
        UserError: there is no such method.
    """
    if ".py:" in name:
        return _from_file(name)
    if ":" in name:
        return _from_module(name)
    modules = method_modules()
    if name in modules:
        return _only_method(importlib.import_module(modules[name]))
    for entry in entry_points(group="coview.methods"):
        if entry.name == name:
            return entry.load()
    from difflib import get_close_matches

    near = get_close_matches(name, modules, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(modules)}"
    raise UserError(f"no method is called {name!r}; {hint}")


def build_method(
    name: str,
    modalities: Mapping[str, Modality],
    *,
    encoder: str | Mapping[str, str] | None = None,
    encoder_options: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    starts: Mapping[str, Encoder] | None = None,
    frozen: Collection[str] = (),
) -> Method:
    """A method with encoders for the slots of a data set.

    Args:
        name: as `method_class` takes it.
        modalities: slot name -> fitted modality, in the order chosen.
        encoder: encoder name for every slot, or by slot or modality name; default what the method needs.
        encoder_options: of every network that takes them (`dim`, `depth`); those of one slot or modality in a dict
            under its name.
        options: the method's own keyword parameters.
        starts: by slot, encoders whose weights the method's own begin with, copied before any teacher is made.
        frozen: slots whose encoders stay as they are.

    Raises:
        UserError: the data lacks a slot the method needs, an option is unknown or out of its limits, or a start does
            not fit.
    """
    from coview.methods.base import Method
    from coview.nn.encoder import Encoder, build_encoder
    from coview.nn.steady_conv import steady_convolutions

    cls = method_class(name)
    signature = inspect.signature(cls.__init__)
    hints = typing.get_type_hints(cls.__init__)
    own = read_options(name, options or {})
    plans = plan_encoders(name, modalities, encoder, encoder_options)

    def make(slot: str) -> Encoder:
        chosen, with_options = plans[slot]
        built = build_encoder(modalities[slot], slot, chosen, **with_options)
        if cls.needs_tokens:
            built.require_tokens(name, cls.own_encoders.get(built.modality.name))
        if starts is not None and slot in starts:
            built.start_from(starts[slot])
        return built.freeze() if slot in frozen else built

    encoders: dict[str, Any] = {}
    for parameter in list(signature.parameters.values())[1:]:
        hint = hints.get(parameter.name)
        if hint is Encoder:
            encoders[parameter.name] = make(_slot_for(name, parameter.name, modalities))
        elif typing.get_origin(hint) in (dict, Mapping) and Encoder in typing.get_args(hint):
            encoders[parameter.name] = {slot: make(slot) for slot in modalities}
    method = cls(**encoders, **own)
    assert isinstance(method, Method)
    steady_convolutions(method)  # those of its own too
    return method


def plan_encoders(
    name: str,
    modalities: Mapping[str, Modality | type[Modality]],
    encoder: str | Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    others: Collection[str] = (),
) -> dict[str, tuple[str, dict[str, Any]]]:
    """By slot that a method reads, the encoder it gets and that encoder's options; arguments as of `build_method`.

    Args:
        others: slots of the data that were not chosen, for the advice where too few were.

    Raises:
        UserError: a modality has no such encoder, no encoder takes an option, or one is no number that can be.
    """
    from coview.nn.encoder import check_encoder, takes_option

    given = options or {}
    shared = {o: value for o, value in given.items() if not isinstance(value, Mapping)}
    cls = method_class(name)
    plans: dict[str, tuple[str, dict[str, Any]]] = {}
    for slot in slots_of(name, modalities, others):
        modality = modalities[slot]
        chosen = encoder_name(encoder, slot, modality.name)
        if chosen is None:
            usual = modality.token_encoder if cls.needs_tokens else modality.default_encoder
            chosen = cls.own_encoders.get(modality.name, usual)
        own = {**given.get(modality.name, {}), **given.get(slot, {})}
        check_encoder(modality, chosen)
        wanted = {} if ":" in chosen else {**cls.encoder_defaults}
        taken = {o: v for o, v in (wanted | shared).items() if takes_option(modality, chosen, o)} | own
        check_encoder(modality, chosen, taken)
        plans[slot] = chosen, taken
    for option in shared:
        if plans and not any(option in taken for _, taken in plans.values()):
            chosen, slot = next((chosen, slot) for slot, (chosen, _) in plans.items())
            check_encoder(modalities[slot], chosen, {option: given[option]})
    return plans


def encoder_name(encoder: str | Mapping[str, str] | None, slot: str, modality: str) -> str | None:
    """What was asked for as a slot's encoder: by its name, by its modality's, or for all; None where nothing was."""
    return encoder.get(slot, encoder.get(modality)) if isinstance(encoder, Mapping) else encoder


def own_options(cls: type[Method]) -> dict[str, inspect.Parameter]:
    """The keyword-only parameters of a method: its options."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    return {p.name: p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def read_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A method's options as its annotations have them.

    Raises:
        UserError: one is unknown, of another kind, or out of its limits.
    """
    cls = method_class(name)
    hints, known = typing.get_type_hints(cls.__init__, include_extras=True), own_options(cls)
    for option in options:
        if option not in known:
            raise UserError(f"{name} has no option {option!r}; it has {', '.join(known) or 'none'}")
    return {o: read_value(f"{name}: {o}", value, hints.get(o)) for o, value in options.items()}


def slots_of(name: str, modalities: Mapping[str, Modality | type[Modality]], others: Collection[str] = ()) -> list[str]:
    """The slots of a data set that a method reads.

    Args:
        name: as `method_class` takes it.
        modalities: slot name -> modality, in the order chosen.
        others: slots of the data that were not chosen, for the advice where too few were.

    Raises:
        UserError: it has none of a modality that the method needs, fewer or more than it relates, or one of a name that
            the method has for something of its own.
    """
    from coview.nn.encoder import Encoder

    cls = method_class(name)
    hints = typing.get_type_hints(cls.__init__)
    chosen: list[str] = []
    for parameter in inspect.signature(cls.__init__).parameters:
        hint = hints.get(parameter)
        if hint is Encoder:
            chosen.append(_slot_for(name, parameter, modalities))
        elif typing.get_origin(hint) in (dict, Mapping) and Encoder in typing.get_args(hint):
            chosen += list(modalities)
            _check_count(name, chosen, others)
    chosen = list(dict.fromkeys(chosen))
    _check_names(name, chosen, cls.spaces)
    return chosen


def least_together(name: str, modalities: Mapping[str, Modality | type[Modality]]) -> int:
    """How many slots of one sample a method relates at least."""
    from coview.nn.encoder import Encoder

    cls = method_class(name)
    by_name = Encoder not in typing.get_type_hints(cls.__init__).values()
    return cls.slot_counts[0] if by_name else len(slots_of(name, modalities))


def _check_count(name: str, slots: list[str], others: Collection[str]) -> None:
    least, most = method_class(name).slot_counts
    given = ", ".join(slots) or "none"
    if len(slots) < least:
        wanted = f"{least} slots" if most == least else f"{least} or more slots"
        if len(slots) + len(others) >= least:
            given = f" and was given {given}; choose more with --slots (the data also has {', '.join(others)})"
        else:
            given = f", and the data has {', '.join([*slots, *others]) or 'none'} alone; give each its own: {_SEVERAL}"
        raise UserError(f"{name} relates {wanted}{given}, or use simclr or mae")
    if most is not None and len(slots) > most:
        raise UserError(f"{name} relates {most} slots and was given {given}; choose {most} with --slots")


def _check_names(name: str, slots: list[str], spaces: Collection[str]) -> None:
    mended = "; name it otherwise, as in --columns NAME:MODALITY={}"
    for slot in slots:
        if slot in spaces:
            said = f"{name} embeds its slots in a space called {slot}, and one of the slots has that name"
            raise UserError(said + mended.format(slot))
        for other in slots:
            if slot.startswith(f"{other}/"):
                raise UserError(f"slot {slot!r} reads as a part of slot {other!r}" + mended.format(slot))


def _slot_for(method: str, parameter: str, modalities: Mapping[str, Modality | type[Modality]]) -> str:
    from coview.modalities.registry import modality_modules

    if parameter not in modality_modules():
        return next(iter(modalities))
    for slot, modality in modalities.items():
        if modality.name == parameter:
            return slot
    has = ", ".join(f"{slot} ({m.name})" for slot, m in modalities.items())
    raise UserError(f"{method} needs a slot of modality {parameter}; the data has {has}")


def _only_method(module: ModuleType) -> type[Method]:
    from coview.methods.base import Method

    own = [
        c
        for c in vars(module).values()
        if inspect.isclass(c) and issubclass(c, Method) and c.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise UserError(f"{module.__name__} must define one Method; it defines {len(own)}")
    return own[0]


def _from_module(name: str) -> type[Method]:
    module, _, cls = name.rpartition(":")
    try:
        return getattr(importlib.import_module(module), cls)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"no method can be read as {name!r}: {error}") from error


def _from_file(name: str) -> type[Method]:
    path, _, cls = name.rpartition(":")
    if not Path(path).is_file():
        raise UserError(f"there is no file {path!r} to read a method from")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Sequence[str] = [n for n in vars(module) if not n.startswith("_")]
    if not hasattr(module, cls):
        raise UserError(f"{path} has no class {cls!r}; it has {', '.join(found)}")
    return getattr(module, cls)
