"""From what is said of a part of a cloud to what it looks like from around."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.nn.decoders import TokenDecoder
from coview.nn.point_net import place_codes
from coview.views.depth import rays


class DepthDecoder(nn.Module):
    """A decoder of depth pictures whose queries know the pose: each is where a patch's middle ray passes, and its way.

    Every pose is told by itself, from the same tokens.

    Args:
        width_in: width of the tokens.
        width: of the transformer.
        depth: its blocks.
        cells: patches a side.
        patch: pixels a side of a patch.
    """

    def __init__(self, width_in: int, width: int, depth: int, cells: int, patch: int) -> None:
        super().__init__()
        self.cells, self.patch = cells, patch
        self.decoder = TokenDecoder(width_in, width, depth, patch * patch)

    def forward(self, tokens: Tensor, places: Tensor, at: Tensor, poses: Tensor, ball: tuple[Tensor, Tensor]) -> Tensor:
        """Pictures of the whole cloud.

        Args:
            tokens: `(N, K, width_in)` of the visible part.
            places: `(N, T, width)`, where every patch of the cloud stands.
            at: `(N, K)` int64, which patches the tokens are.
            poses: `(N, A, 3, 3)`, see `views.depth.draw_poses`.
            ball: its middle `(N, 3)` and radius `(N,)`, see `views.depth.ball_around`.

        Returns:
            `(N, A, S, S)`, S = cells * patch.
        """
        (n, count), width = poses.shape[:2], places.shape[-1]
        on_plane, away = rays(poses, self.cells, *ball)
        queries = torch.cat([place_codes(on_plane, width - width // 2), place_codes(away, width // 2)], -1)

        def again(x: Tensor) -> Tensor:
            return x.repeat_interleave(count, 0)

        everywhere = torch.cat([again(places), queries.flatten(0, 1).to(places.dtype)], 1)
        wanted = torch.arange(self.cells**2, device=at.device).expand(n * count, -1) + places.shape[1]
        said = self.decoder(again(tokens), again(at), wanted, everywhere)
        rows = said.view(n, count, self.cells, self.cells, self.patch, self.patch).transpose(3, 4)
        return rows.reshape(n, count, self.cells * self.patch, self.cells * self.patch)
