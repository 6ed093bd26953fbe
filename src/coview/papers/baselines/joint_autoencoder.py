"""A multi-view autoencoder with one shared latent, the baseline that LEGATO is held against."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coview.methods.generative.legato import LEGATO
from coview.nn.encoder import Encoder
from coview.nn.heads import RowMLP


class JointAutoencoder(LEGATO):
    """All views of a sample are squeezed into one vector together and rebuilt from it.

    Paper: Learning Representations without Compositional Assumptions. Liu, Berrevoets, Qian, van der Schaar. ICML 2023.
    https://arxiv.org/abs/2305.19726 (its baselines with globally shared factors).

    Views: as LEGATO.

    Loss: LEGATO's reconstruction alone.

    Requires: as LEGATO.

    Relations: LEGATO with a perceptron over all nodes in the place of graph, pooling and unpooling; its latent is as
    wide as all of LEGATO's latent nodes.

    Args:
        encoders: the chosen slots' encoders.
        dim: width of a node.
        ratio: as of LEGATO, for the width of the latent.
        hidden: width of the decoders' hidden layer.

    Example:
        >>> import coview
        >>> run = coview.fit("joint_autoencoder.py:JointAutoencoder", data="letters", steps=20)  # doctest: +SKIP
    """

    def __init__(self, encoders: dict[str, Encoder], *, dim: int = 64, ratio: float = 0.5, hidden: int = 128) -> None:
        super().__init__(encoders, dim=dim, ratio=ratio, hidden=hidden)
        del self.edges, self.pool, self.unpool
        slots = len(encoders)
        latent = max(math.ceil(slots * ratio), 1) * round(dim / ratio)
        self.into = RowMLP(slots * dim, slots * dim, latent)
        self.out_of = RowMLP(latent, slots * dim)

    def squeeze(self, nodes: list[Tensor]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """The latent `(N, 1, width)`, the nodes rebuilt from it `(N, V, dim)`, and no further loss."""
        latent = self.into(torch.cat([self.norm(node) for node in nodes], 1))
        return latent[:, None], self.out_of(latent).unflatten(1, (len(nodes), -1)), {}
