"""One space for several slots: a projection for each, so that their samples can be compared."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from coview.nn.heads import MLP, unit
from coview.nn.slot_dict import SlotDict


class JointSpace(nn.Module):
    """A projection of each slot's features into one space.

    Args:
        widths: slot -> width of its features.
        dim: width of the space.
        hidden: width of hidden layers with BatchNorm and ReLU; 0 for a linear map, as in CLIP.
        layers: hidden layers, where they have a width.
    """

    def __init__(self, widths: Mapping[str, int], dim: int, hidden: int = 0, layers: int = 1) -> None:
        super().__init__()
        self.dim = dim
        self.projections = SlotDict(
            {
                slot: MLP(width, *[hidden] * layers, dim) if hidden else nn.Linear(width, dim, bias=False)
                for slot, width in widths.items()
            }
        )

    def forward(self, slot: str, features: Tensor, present: Tensor) -> Tensor:
        """Projects the looks that are there: `(B, V, D)`, `(B, V)` bool -> `(B, V, dim)`, zeros where absent."""
        there = present.flatten().nonzero()[:, 0]
        projected = self.projections[slot](features.flatten(0, 1)[there])
        whole = projected.new_zeros(present.numel(), self.dim).index_copy(0, there, projected)
        return whole.unflatten(0, present.shape)

    def unit(self, slot: str, features: Tensor, present: Tensor) -> Tensor:
        """As `forward`, brought to length 1 in float32 or better: what `embed` gives."""
        return unit(self(slot, features, present))
