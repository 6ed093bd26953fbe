"""Two looks at rows of a table, each at what the other does not see."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import torch
from torch import Tensor

from coview.batch import View
from coview.views.columns import hide
from coview.views.draw import Draw
from coview.views.looks import Positives, choose


class Masking(StrEnum):
    """Which columns one look is without; the other is without the rest.

    - `correlated`: one drawn, and the half that tells most of it (mutual information).
    - `random`: as many, drawn.
    """

    CORRELATED = "correlated"
    RANDOM = "random"


def complementary(
    view: View, information: Callable[[Tensor], Tensor], masking: Masking, drop: float, draw: Draw
) -> View:
    """Two looks at one natural view of each row: `(B, V, C)` stored -> `(B, 2, C)` stored, masked cells missing.

    Columns are drawn once for the whole step: which are masked must not tell one row from another.

    Paper: Self-supervised Learning for Large-scale Item Recommendations. Yao et al. CIKM 2021.
    https://arxiv.org/abs/2007.12865 (section 3.2: correlated feature masking, then dropout).

    Args:
        view: of a table.
        information: how much each column tells of one, `()` int64 -> `(C,)`.
        masking: which columns go together.
        drop: share of the cells shown that a look goes without besides.
        draw: keyed draws.
    """
    at, there = choose(view.present, draw, 2, Positives.AUGMENT)
    chosen, columns = view.pick(at), view.value.shape[-1]
    seed, tie = (draw.step("seed") * columns).long(), draw.step("tie", columns)
    told = information(seed) if masking is Masking.CORRELATED else torch.zeros_like(tie)
    first = related_columns(told, seed, tie)
    hidden = torch.stack([first, ~first & (columns > 1)])
    value, _ = hide(chosen.value.masked_fill(hidden, torch.nan), drop, draw)
    return chosen.with_value(value, present=there)


def related_columns(information: Tensor, seed: Tensor, tie: Tensor) -> Tensor:
    """The seed column and the half of the columns that tells most of it: `(C,)` bool, at least one left out.

    Args:
        information: `(C,)`, how much each tells of the seed.
        seed: `()` int64.
        tie: `(C,)` below 1, who goes first among those that tell as much.
    """
    columns = len(information)
    order = (information.double() + 1e-9 * tie).index_fill(0, seed, torch.inf)
    count = max(min(columns // 2 + 1, columns - 1), 0)
    return torch.zeros_like(order, dtype=torch.bool).index_fill(0, order.topk(count).indices, True)
