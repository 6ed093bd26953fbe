"""Row by row work gives the plain function's values and gradients, in tiles and on several processes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from coview.losses import nt_xent_rows
from coview.nn.by_rows import TILE_ELEMENTS, by_rows, tile_of
from tests.contracts.pool import Pool


def looks(n: int = 20) -> Tensor:
    return torch.randn(n, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()


def loss(p: Tensor, tile: int | None) -> Tensor:
    own = torch.arange(len(p))
    return by_rows(lambda a, q, o, every: nt_xent_rows(a, q, every, o, 0.2), (p, own ^ 1, own), (p,), tile=tile).mean()


def value_and_gradient(tile: int | None) -> tuple[Tensor, Tensor]:
    p = looks()
    value = loss(p, tile)
    value.backward()
    assert p.grad is not None
    return value.detach(), p.grad


@pytest.mark.parametrize("tile", [1, 3, 20])
def test_tiles_change_nothing(tile: int) -> None:
    torch.testing.assert_close(value_and_gradient(tile), value_and_gradient(100), rtol=1e-12, atol=1e-12)


def test_a_tile_holds_as_many_rows_as_fit() -> None:
    assert tile_of(TILE_ELEMENTS // 5) == 5
    assert tile_of(3 * TILE_ELEMENTS) == 1


def test_gradients_averaged_over_processes_are_the_gradient(pools: dict[int, Pool]) -> None:
    value, gradient = value_and_gradient(None)
    for pool in pools.values():
        found = pool.run(value_and_gradient, 3)
        for theirs, _ in found:
            torch.testing.assert_close(theirs, value, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(torch.stack([g for _, g in found]).mean(0), gradient, rtol=1e-12, atol=1e-12)
