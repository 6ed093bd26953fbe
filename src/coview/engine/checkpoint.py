"""Checkpoints: safetensors and JSON, written whole or not at all, read without unpickling."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from coview.atomic import flush, landing
from coview.errors import UserError

FOLDER = "checkpoints"
"""Where a run's folder has them."""

KEEP = 2
"""How many checkpoints stay in a run."""

_ASIDE = ".old"


def split_tensors(value: Any, tensors: dict[str, Tensor], path: str = "") -> Any:
    """A nested state as JSON, its tensors taken out into `tensors` under their path."""
    if isinstance(value, Tensor):
        tensors[path] = value.detach().cpu().contiguous().clone()
        return {"*tensor": path}
    if isinstance(value, dict):
        return {"*dict": [[k, split_tensors(v, tensors, f"{path}/{k}")] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return [split_tensors(v, tensors, f"{path}/{i}") for i, v in enumerate(value)]
    return value


def join_tensors(value: Any, tensors: dict[str, Tensor]) -> Any:
    """The inverse of `split_tensors`."""
    if isinstance(value, dict) and "*tensor" in value:
        return tensors[value["*tensor"]]
    if isinstance(value, dict) and "*dict" in value:
        return {k: join_tensors(v, tensors) for k, v in value["*dict"]}
    if isinstance(value, list):
        return [join_tensors(v, tensors) for v in value]
    return value


def save(folder: Path, step: int, model: nn.Module, state: dict[str, Any]) -> Path:
    """Writes `folder/step-N`: into a temporary folder first, then by one rename; older ones beyond `KEEP` go.

    A step that is there already (it was saved as every so many, or the run had ended before) is saved again, for its
    state tells more in the end: the last reading, whether the budget is used. The one before is set aside as
    `step-N.old` and read as long as there is no other.

    Raises:
        OSError: the disk is full or not writable; what was there before is untouched.
    """
    final = folder / f"step-{step:08d}"
    aside = final.with_suffix(_ASIDE)
    try:
        with landing(final, prefix=".draft-", older=0) as draft:
            weights = {
                n: t.detach().cpu().contiguous().clone() for n, t in model.state_dict().items() if isinstance(t, Tensor)
            }
            extra = {n: t for n, t in model.state_dict().items() if not isinstance(t, Tensor)}
            tensors: dict[str, Tensor] = {}
            plain = split_tensors({**state, "extra": extra}, tensors)
            save_file(weights, draft / "model.safetensors")
            save_file(tensors, draft / "state.safetensors")
            (draft / "state.json").write_text(json.dumps({"step": step, "state": plain}))
            for part in draft.iterdir():
                flush(part)
            if _is_whole(final):
                shutil.rmtree(aside, ignore_errors=True)
                final.rename(aside)
            else:
                shutil.rmtree(final, ignore_errors=True)
    except (OSError, SafetensorError) as error:
        raise OSError(f"the checkpoint of step {step} could not be written to {folder}: {error}") from error
    shutil.rmtree(aside, ignore_errors=True)
    for old in checkpoints(folder)[:-KEEP]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def _is_whole(path: Path) -> bool:
    return (path / "state.json").is_file()


def checkpoints(folder: Path) -> list[Path]:
    """Whole checkpoints of a folder, oldest first; drafts that a killed process left are not among them."""
    return sorted((p for p in folder.glob("step-*") if _is_whole(p)), key=lambda p: (p.stem, p.suffix != _ASIDE))


def newest(run: Path) -> Path | None:
    """The newest checkpoint of a run's folder; None where none was written yet."""
    return next(reversed(checkpoints(run / FOLDER)), None)


def latest(folder: Path) -> Path:
    """The newest checkpoint.

    Raises:
        UserError: there is none.
    """
    found = checkpoints(folder)
    if not found:
        raise UserError(f"{folder} holds no checkpoint; the run has not written one yet")
    return found[-1]


def load(path: Path, model: nn.Module) -> tuple[int, dict[str, Any]]:
    """Puts a checkpoint's weights into `model`.

    Returns:
        The step, and the rest of what was saved.

    Raises:
        UserError: a file is missing or damaged, or does not fit the model.
    """
    try:
        weights = load_file(path / "model.safetensors")
        tensors = load_file(path / "state.safetensors")
        saved = json.loads((path / "state.json").read_text())
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise UserError(
            f"the checkpoint {path} cannot be read ({error}); remove its folder to go on from the one before"
        ) from error
    state = join_tensors(saved["state"], tensors)
    try:
        model.load_state_dict({**weights, **state.pop("extra", {})})
    except RuntimeError as error:
        raise UserError(
            f"the checkpoint {path} does not fit this method: {str(error).splitlines()[1].strip()}"
        ) from error
    return saved["step"], state


def like_parameters(optimizer: torch.optim.Optimizer) -> None:
    """Gives loaded optimizer state the memory layout of its parameters (channels last, for one)."""
    for p, state in optimizer.state.items():
        for name, value in state.items():
            if isinstance(value, Tensor) and value.shape == p.shape:
                state[name] = torch.empty_like(p, dtype=value.dtype).copy_(value)
