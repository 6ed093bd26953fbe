"""An encoder's weights as one safetensors file, with what is needed to build it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from coview.errors import UserError

if TYPE_CHECKING:
    from coview.engine.run import Run
    from coview.nn.encoder import Encoder


def export(run: Run | str | Path, out: str | Path, *, slot: str | None = None) -> Path:
    """Writes the weights of one slot's encoder network, reads them back, and compares.

    The file's metadata holds `coview`: JSON with `slot`, `encoder`, `encoder_options`, `modality` (as
    `modality_from_config` takes it), `dim`, `method` and `steps`. `fit --init FILE` starts from it, and so does
    any program that reads safetensors.

    Args:
        run: a run, or its folder.
        out: a `.safetensors` file.
        slot: whose encoder; default the first.

    Raises:
        UserError: no such slot or folder, another ending, or the file does not read back as it was written.
    """
    from safetensors.torch import save_file

    from coview.use.evaluation import as_run
    from coview.use.folders import check_file

    run, out = as_run(run), Path(out)
    if out.suffix != ".safetensors":
        raise UserError(f"weights are written as safetensors; call the file {out.with_suffix('.safetensors').name}")
    check_file(out)
    encoders = run.method.slot_encoders()
    slot = slot or next(iter(encoders))
    if slot not in encoders:
        raise UserError(f"the run has no encoder for slot {slot!r}; it has {', '.join(encoders)}")
    encoder = encoders[slot]
    weights = {n: t.detach().cpu().contiguous().clone() for n, t in encoder.net.state_dict().items()}
    modality = {"modality": encoder.modality.name, **encoder.modality.config()}
    told = {
        "slot": slot,
        "encoder": encoder.name,
        "encoder_options": encoder.options,
        "modality": modality,
        "dim": encoder.dim,
        "method": run.config.method,
        "steps": run.steps,
    }
    save_file(weights, out, metadata={"coview": json.dumps(told)})
    again = load_encoder(out).net.state_dict()
    wrong = [n for n, t in weights.items() if n not in again or not torch.equal(again[n], t)]
    if wrong:
        raise UserError(f"{out} did not read back as it was written ({wrong[0]}); is the disk sound?")
    return out


def load_encoder(path: str | Path) -> Encoder:
    """The encoder that `export` wrote, in eval mode.

    Raises:
        UserError: the file cannot be read, or was not written by `export`.
    """
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    from coview.modalities.registry import modality_from_config
    from coview.nn.encoder import build_encoder

    try:
        with safe_open(path, "pt") as file:
            told: dict[str, Any] = json.loads((file.metadata() or {}).get("coview", "{}"))
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} cannot be read as safetensors: {error}") from error
    if not told:
        raise UserError(f"{path} was not written by coview export: it does not say which encoder it is")
    modality = modality_from_config(told["modality"])
    encoder = build_encoder(modality, told["slot"], told["encoder"], **told["encoder_options"])
    encoder.net.load_state_dict(weights)
    return encoder.eval()
