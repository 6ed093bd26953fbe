"""Frame projections."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Embedding, Embeddings, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Weight
from coview.losses.precision import at_least_float32
from coview.methods.base import Method
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP, RowMLP, unit
from coview.nn.pairs import tiled_nt_xent
from coview.nn.positions import sincos
from coview.nn.sequence_conv import SequenceConv
from coview.views.draw import Draw
from coview.views.frame_projections import fourier, gabor, gabor_scales
from coview.views.looks import Positives, looks

FRAMES = ("fourier", "gabor")


class FrameProjections(Method):
    """A series, its Fourier coefficients and its wavelets are three looks at one thing: no augmentation is needed.

    Paper: Learning Without Augmenting: Unsupervised Time Series Representation Learning via Frame Projections. Demirel,
    Holz. NeurIPS 2025. https://arxiv.org/abs/2510.22655; temperature as in the authors' code.

    Views: one natural view as it is, its coefficients in an orthonormal basis (Fourier) and in an overcomplete frame
    (magnitudes of Gabor wavelets at several scales).

    Loss: with z of length 1 from an encoder and a projector for each, NT-Xent between the three pairs, plus w times the
    mean absolute difference of z_fourier and z_gabor from what a head makes of z_time. Beside it, and of no effect on
    the encoders, two maps learn to tell the other encoders' features from the time encoder's.

    Requires: one slot of series.

    Relations: CMC between frames of one series; SimCLR with projections in place of augmentations. What is kept is
    the time encoder's features and both maps of them, side by side: one encoder at inference. The authors train the
    maps after the encoders, frozen; here at the same time, behind a stopped gradient. Their wavelets' encoder is
    two-dimensional; here it reads scales as channels. Theirs of coefficients weighs every frequency by itself and
    reads amplitude and phase; here every frequency has learned weights, and cosines and sines are read. What is missing
    of a series is 0, its mean, in the projections. Their projectors are as wide as the encoder and have no BatchNorm,
    their heads and maps convolve over a vector's numbers, and their 48 scales go from 1 to 128 times, whatever the
    series; here projectors have BatchNorm and heads are dense.

    Args:
        series: the slot's encoder.
        dim: width of the projections (the paper: 128).
        hidden: width of the projectors' hidden layer.
        temperature: t, in units of cosine similarity (the authors' code: 0.15).
        mapping: w, of the absolute differences, whatever the batch (the authors' code: 1 / batch size, 1 / 1024).
        scales: of the wavelets (the authors' code: 48).

    Example:
        >>> import coview
        >>> run = coview.fit("frame-projections", data="watch", slots=["accelerometer"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        series: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        temperature: AboveZero = 0.15,
        mapping: Weight = 0.01,
        scales: Count = 16,
    ) -> None:
        super().__init__()
        self.series = series
        channels: int = series.modality.channels  # type: ignore[attr-defined]
        self.scales = gabor_scales(series.modality.samples, scales)  # type: ignore[attr-defined]
        frequencies = series.modality.samples // 2 + 1  # type: ignore[attr-defined]
        read = {"fourier": (2 * channels, frequencies), "gabor": (scales * channels, 0)}
        self.frames = nn.ModuleDict({n: _frame_encoder(width, series.dim, at) for n, (width, at) in read.items()})
        self.projectors = nn.ModuleDict({name: MLP(series.dim, hidden, dim) for name in ("time", *FRAMES)})
        self.latents = nn.ModuleDict({name: RowMLP(dim, dim, dim) for name in FRAMES})
        self.across = nn.ModuleDict({name: RowMLP(series.dim, series.dim, series.dim) for name in FRAMES})
        self.temperature, self.mapping = temperature, mapping

    def views(self, batch: Batch, draw: Draw) -> Views:
        view = looks(batch[self.series.slot], self.series.modality, draw, 1, Positives.NATURAL)
        numbers = view.value[:, 0].chunk(2, -1)[0]
        carry = {"fourier": fourier(numbers), "gabor": gabor(numbers, self.scales)}
        return Views({"time": view}, {"maps": view.present[:, 0].float()}, carry=carry)

    def represent(self, views: Views) -> Reps:
        view = views["time"]
        time = self.series(view).pooled[:, 0]
        features = {"time": time, "present": view.present[:, 0]}
        apart: list[Tensor] = []
        for name in FRAMES:
            features[name] = self.frames[name](views.carry[name].to(time.dtype))
            told = self.across[name](time.detach())
            apart.append(at_least_float32(F.l1_loss)(told, features[name].detach(), reduction="none").mean(1))
        return Reps(features, {"maps": torch.stack(apart).sum(0)})

    def relate(self, z: Features) -> Relations:
        names = ("time", *FRAMES)
        there = dict(zip(names, z.there(*names), strict=True))
        if not len(there["time"]):
            return Relations()
        time, *others = (unit(self.projectors[name](there[name])) for name in names)
        pairs = [(time, others[0]), (time, others[1]), (others[0], others[1])]
        nt_xent = torch.stack([tiled_nt_xent(torch.stack(pair, 1), self.temperature) for pair in pairs]).sum()
        heads = (self.latents[name](time) for name in FRAMES)
        told = torch.stack([F.l1_loss(head, other) for head, other in zip(heads, others, strict=True)]).sum()
        losses = {"nt_xent": nt_xent, "mapping": self.mapping * told}
        return Relations(losses, seen={"projection": torch.stack([time, others[0]], 1)})

    def embed(self, batch: Batch) -> Embeddings:
        """The features of time and what the maps tell of the other frames' from them, `(B, V, 3 D)`."""
        slot = self.series.slot
        if slot not in batch:
            return {}
        out = self.series(self.series.modality.prepare(batch[slot]))
        told = torch.cat([out.pooled, *(self.across[name](out.pooled) for name in FRAMES)], -1)
        return {slot: {slot: Embedding(told * out.present[..., None], out.present)}}


class _Placed(nn.Module):
    """A linear map, its numbers times learned ones of their place: `(N, S, P)` -> `(N, S, D)`."""

    def __init__(self, width: int, dim: int, places: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, dim)
        self.place = nn.Parameter(sincos((places,), dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) * (1 + self.place[: x.shape[1]])


def _frame_encoder(width: int, dim: int, places: int) -> SequenceConv:
    """Convolutions over frequencies, which are told apart by their places, or over times with scales as channels."""
    embed = _Placed(width, dim // 2, places) if places else nn.Linear(width, dim // 2)
    return SequenceConv(embed, [dim // 2, dim // 2, dim, dim], strides=[2, 2, 1])
