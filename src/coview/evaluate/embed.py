"""Embeddings of a whole data set: a method's, and the raw input's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from coview.batch import Embedding, Embeddings
from coview.data.source import Data
from coview.methods.base import Method


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Evaluation mode within; afterwards each part is back in the mode it was in (frozen parts stay in theirs)."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def embed_data(
    method: Method,
    data: Data,
    *,
    batch_size: int = 256,
    device: torch.device | str | None = None,
    rows: Tensor | None = None,
) -> Embeddings:
    """What the method keeps of all N samples: `values (N, V, D)` float32 and `present (N, V)`, on the CPU.

    Nothing is augmented, dropped or tracked for gradients; the batch size changes speed and memory only.

    Args:
        method: its modes are restored.
        data: N samples.
        batch_size: samples at a time.
        device: where the method is; None: where its parameters are.
        rows: those of interest, `(n,)` int64, at least one; the others are not embedded, and absent. None: all.
    """
    if device is None:
        device = next((p.device for p in method.parameters()), torch.device("cpu"))
    parts: list[Embeddings] = []
    with evaluating(method), torch.inference_mode():
        for some in _pieces(len(data), rows, batch_size):
            parts.append(_on_cpu(method.embed(data.batch(some).to(device))))
    return _placed(_joined(parts), rows, len(data))


def raw_embed(data: Data, *, batch_size: int = 256, rows: Tensor | None = None) -> Embeddings:
    """The raw-input reference: each slot as plain numbers (`Modality.raw`), in a space of its own.

    Args:
        data, batch_size, rows: as in `embed_data`.
    """
    parts: list[Embeddings] = []
    with torch.inference_mode():
        for some in _pieces(len(data), rows, batch_size):
            batch = data.batch(some)
            raw = {slot: Embedding(data.modalities[slot].raw(view), view.present) for slot, view in batch.items()}
            parts.append(_on_cpu({slot: {slot: embedding} for slot, embedding in raw.items()}))
    return _placed(_joined(parts), rows, len(data))


def features(embeddings: Embeddings, slot: str) -> Embedding:
    """A slot's representation: its embedding in the first space that holds it.

    Raises:
        KeyError: no space holds it.
    """
    for space in embeddings.values():
        if slot in space:
            return space[slot]
    raise KeyError(slot)


def space_of(embeddings: Embeddings, slot_a: str, slot_b: str) -> str | None:
    """The last space that holds both slots, the one made for comparing; None where there is none.

    The two may be one slot, whose views are compared. A space where two slots have the same vectors is of samples, not
    of slots, and compares nothing.
    """
    for name, space in reversed(embeddings.items()):
        if slot_a in space and slot_b in space and (slot_a == slot_b or not _same(space[slot_a], space[slot_b])):
            return name
    return None


def _same(a: Embedding, b: Embedding) -> bool:
    """Whether two slots have the same vectors, and samples have not."""
    return torch.equal(a.values, b.values) and bool((a.values != a.values[:1]).any())


def slots_of(embeddings: Embeddings) -> list[str]:
    """Every slot that has an embedding, in the order met."""
    return list(dict.fromkeys(slot for space in embeddings.values() for slot in space))


def _pieces(n: int, rows: Tensor | None, size: int) -> Iterator[slice | Tensor]:
    """All of n rows, or some, `size` at a time."""
    if rows is not None:
        return iter(rows.split(size))
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def _placed(embeddings: Embeddings, rows: Tensor | None, n: int) -> Embeddings:
    """Embeddings of some rows in their places among n, the others absent."""
    if rows is None:
        return embeddings

    def place(held: Tensor) -> Tensor:
        every = held.new_zeros(n, *held.shape[1:])
        every[rows] = held
        return every

    return {
        name: {slot: Embedding(place(e.values), place(e.present)) for slot, e in space.items()}
        for name, space in embeddings.items()
    }


def _on_cpu(embeddings: Embeddings) -> Embeddings:
    def move(embedding: Embedding) -> Embedding:
        return Embedding(embedding.values.float().cpu(), embedding.present.cpu())

    return {name: {slot: move(e) for slot, e in space.items()} for name, space in embeddings.items()}


def _joined(parts: list[Embeddings]) -> Embeddings:
    def join(name: str, slot: str) -> Embedding:
        held = [part[name][slot] for part in parts]
        values, present = (torch.cat([getattr(e, key) for e in held]) for key in ("values", "present"))
        return Embedding(_plain(values), _plain(present))

    return {name: {slot: join(name, slot) for slot in space} for name, space in parts[0].items()} if parts else {}


def _plain(tensor: Tensor) -> Tensor:
    """A tensor that may be used outside inference mode."""
    return tensor.clone() if tensor.is_inference() else tensor
