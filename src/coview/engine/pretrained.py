"""Encoders that start from trained weights: a run's (`--encoder run:DIR`), or a file's (`--init FILE`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from coview.engine.config import FitConfig
from coview.engine.run import load
from coview.errors import UserError
from coview.methods.base import Method
from coview.methods.registry import encoder_name
from coview.modalities.base import Modality
from coview.modalities.registry import modality_from_config
from coview.nn.encoder import RUN, Encoder


def folders(config: FitConfig, modalities: Mapping[str, Modality | type[Modality]]) -> dict[str, str]:
    """By slot, the folder of the run that its encoder is to start from."""
    found: dict[str, str] = {}
    for slot, modality in modalities.items():
        name = encoder_name(config.encoder, slot, modality.name) or ""
        folder = name.removeprefix(RUN) if name.startswith(RUN) else config.encoder_from.get(slot)
        if folder is not None:
            found[slot] = folder
    return found


def from_runs(config: FitConfig, modalities: Mapping[str, Modality | type[Modality]]) -> dict[str, Encoder]:
    """The trained encoders that the configuration names, by slot.

    Args:
        config: `encoder` (or, of a run that did so before, `encoder_from`) names folders of runs.
        modalities: of the slots, fitted or not.

    Raises:
        UserError: a folder is no run, or its run has no encoder of a slot's modality.
    """
    named = folders(config, modalities)
    return {slot: encoder_of(Path(folder), slot, modalities[slot].name) for slot, folder in named.items()}


def encoder_of(folder: Path, slot: str, modality: str) -> Encoder:
    """A run's encoder for a slot: that of the slot of this name, else the first of this modality.

    Raises:
        UserError: there is none, or no run.
    """
    encoders = load(folder).method.slot_encoders()
    fitting = [e for e in encoders.values() if e.modality.name == modality]
    if not fitting:
        has = ", ".join(f"{s} ({e.modality.name})" for s, e in encoders.items()) or "none"
        raise UserError(f"the run {folder} has no encoder for slot {slot!r} ({modality}); it has {has}")
    return next((e for e in fitting if e.slot == slot), fitting[0])


def started(config: FitConfig, modalities: Mapping[str, Modality], starts: Mapping[str, Encoder]) -> FitConfig:
    """The configuration with the encoders of runs named as the networks they are, and where they came from.

    Raises:
        UserError: encoders are to be frozen, and none comes from a run.
    """
    if config.frozen and not starts:
        raise UserError("--frozen leaves trained encoders as they are, and none was named: --encoder run:DIR names one")
    if not starts:
        return config
    named = folders(config, modalities)
    names = {slot: encoder_name(config.encoder, slot, m.name) for slot, m in modalities.items()}
    names |= {slot: e.name for slot, e in starts.items()}
    return replace(
        config,
        encoder={slot: name for slot, name in names.items() if name is not None},
        encoder_options={**config.encoder_options, **{slot: dict(e.options) for slot, e in starts.items()}},
        encoder_from={slot: named.get(slot, "memory") for slot in starts},
    )


def read_as(encoder: Encoder, options: Mapping[str, Any]) -> Modality:
    """The modality that a trained encoder reads, with some of its options changed.

    Raises:
        UserError: the modality has no such option.
    """
    if not options:
        return encoder.modality
    config = encoder.modality.config()
    unknown = [o for o in options if o not in config]
    if unknown:
        raise UserError(f"{encoder.modality.name} as that run read it has no option {unknown[0]!r}; it has "
                        f"{', '.join(config)}")  # fmt: skip
    return modality_from_config({"modality": encoder.modality.name, **config, **options})


def tensors_of(path: Path) -> list[str]:
    """The names of a safetensors file's tensors; its values are not read.

    Raises:
        UserError: there is no such file, or it is none.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return [*file.keys()]
    except (OSError, SafetensorError) as error:
        raise UserError(f"--init {path} cannot be read as safetensors: {error}") from error


def load_weights(method: Method, path: Path) -> None:
    """Starts from the weights of a safetensors file: a whole method's, or those of one encoder's network.

    Of all places the one is taken where most tensors fit by name and shape; teachers of that encoder start alike.

    Raises:
        UserError: the file is missing, or fewer than half of the tensors of any place are in it.
    """
    from safetensors.torch import load_file

    tensors_of(path)
    weights = load_file(path)
    encoders = [module for module in method.modules() if isinstance(module, Encoder)]
    places: list[list[nn.Module]] = [[method]]
    for slot in dict.fromkeys(e.slot for e in encoders):
        nets = [e.net for e in encoders if e.slot == slot]
        places.append(nets)
        places.append([net.net for net in nets if isinstance(getattr(net, "net", None), nn.Module)])  # type: ignore[misc]
    fitting = [_fitting(place[0], weights) if place else {} for place in places]
    best = max(range(len(places)), key=lambda i: len(fitting[i]))
    own = len(places[best][0].state_dict()) if places[best] else 0
    if 2 * len(fitting[best]) < own or not fitting[best]:
        raise UserError(
            f"--init {path} holds {len(fitting[best])} of the {own} tensors of this network, by name and shape; "
            "weights of another network do not help, name this one's with --encoder"
        )
    for module in places[best]:
        module.load_state_dict(fitting[best], strict=False)


def _fitting(module: nn.Module, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    own = {n: t for n, t in module.state_dict().items() if isinstance(t, Tensor)}
    return {n: t for n, t in weights.items() if n in own and own[n].shape == t.shape}
