"""Symile: whole tuples of any number of modalities, not pairs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, check_temperature, mean_rows, row_index, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def symile(modalities: Sequence[Tensor], shuffles: Tensor, temperature: float | Tensor) -> Tensor:
    """Each modality in turn finds the tuple it belongs to among N - 1 tuples of shuffled others: O(N) candidates.

    The score of a tuple is the multilinear inner product `sum_d x_d y_d z_d ... / t`. For the anchor row i, candidate k
    is the other modalities' product at their rows `shuffles[m, k]`; candidate i is replaced by row i's true tuple. The
    loss is the cross entropy of the true tuple, averaged over rows and over the anchor modality. A shuffle may by
    chance rebuild a true tuple (about once in N rows for three modalities), as in the authors' code; with two
    modalities use `symile_all_tuples`, which costs the same and has no such chance.

    Paper: Contrasting with Symile: Simple Model-Agnostic Representation Learning for Unlimited Modalities. Saporta,
    Puli, Goldstein, Ranganath. NeurIPS 2024. https://arxiv.org/abs/2411.01053 (authors' code: rajesh-lab/symile).

    Args:
        modalities: M >= 2 tensors `(N, D)`, row i of each from sample i; brought to length 1 in here.
        shuffles: `(M, N)` int64, for each modality an order of its rows (`symile_shuffles` draws them).
        temperature: t, 1 / the paper's logit scale; a tensor may carry a gradient.

    Returns:
        A scalar; 0 for no rows and for one row.

    Raises:
        ValueError: fewer than two modalities, unequal shapes, or shuffles not `(M, N)`.
        UserError: a temperature that is not positive.
    """
    units = _unit_modalities(modalities)
    if shuffles.shape != (len(units), len(units[0])):
        raise ValueError(f"shuffles have shape {tuple(shuffles.shape)}; {(len(units), len(units[0]))} is needed")
    losses: list[Tensor] = []
    for m, anchor in enumerate(units):
        rest = [i for i in range(len(units)) if i != m]
        true = _product([units[i] for i in rest])
        shuffled = _product([units[i][shuffles[i]] for i in rest])
        losses.append(mean_rows(symile_rows(anchor, true, row_index(anchor), shuffled, temperature)))
    return torch.stack(losses).mean()


@at_least_float32
def symile_all_tuples(modalities: Sequence[Tensor], temperature: float | Tensor) -> Tensor:
    """Each modality in turn finds its tuple among all N^(M-1) combinations of the others.

    As `symile`, with every combination a candidate (the paper's O(N^2) form, for three modalities): no chance in it,
    and time and memory of N^M. With two modalities it is `symmetric_info_nce`, exactly.

    Paper: Contrasting with Symile: Simple Model-Agnostic Representation Learning for Unlimited Modalities. Saporta,
    Puli, Goldstein, Ranganath. NeurIPS 2024. https://arxiv.org/abs/2411.01053

    Args:
        modalities: M >= 2 tensors `(N, D)`, row i of each from sample i; brought to length 1 in here.
        temperature: 1 / the paper's logit scale; a tensor may carry a gradient.

    Returns:
        A scalar; 0 for no rows and for one row.

    Raises:
        ValueError: fewer than two modalities, or unequal shapes.
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    units = _unit_modalities(modalities)
    n, losses = len(units[0]), []
    for m, anchor in enumerate(units):
        first, *rest = [u for i, u in enumerate(units) if i != m]
        tuples = first
        for other in rest:
            tuples = (tuples[:, None] * other).flatten(0, 1)  # row (i, j, ...) of the grid of combinations
        diagonal = sum(n**power for power in range(len(units) - 1))  # from (i, i, ...) to (i+1, i+1, ...)
        logits = (anchor / temperature) @ tuples.T
        losses.append(mean_rows(F.cross_entropy(logits, row_index(anchor) * diagonal, reduction="none")))
    return torch.stack(losses).mean()


@at_least_float32
def symile_rows(
    anchors: Tensor, true_product: Tensor, own_index: Tensor, shuffled_product: Tensor, temperature: float | Tensor
) -> Tensor:
    """Symile of each anchor by itself, the terms that `symile` averages; `by_rows` cuts the first three arguments.

    Args:
        anchors: `(n, D)` of length 1.
        true_product: `(n, D)` elementwise product of the anchor's own other modalities.
        own_index: `(n,)` the candidate that the true tuple takes the place of.
        shuffled_product: `(N, D)` elementwise products of shuffled other modalities.
        temperature: 1 / the paper's logit scale.

    Returns:
        `(n,)`, one loss an anchor.

    Raises:
        UserError: a temperature that is not positive.
    """
    check_temperature(temperature)
    anchors = anchors / temperature
    true = (anchors * true_product).sum(1, keepdim=True)
    logits = (anchors @ shuffled_product.T).scatter(1, own_index[:, None], true)
    return F.cross_entropy(logits, own_index, reduction="none")


def symile_shuffles(modalities: int, n: int, generator: torch.Generator | None = None) -> Tensor:
    """Draws an order of `n` rows for each modality: `(modalities, n)` int64, on the generator's device."""
    device = "cpu" if generator is None else generator.device
    return torch.stack([torch.randperm(n, generator=generator, device=device) for _ in range(modalities)])


def _unit_modalities(modalities: Sequence[Tensor]) -> list[Tensor]:
    if len(modalities) < 2:
        raise ValueError(f"{len(modalities)} modalities were given; Symile relates two or more")
    check_alike(**{f"modality_{i}": x for i, x in enumerate(modalities)})
    return [unit_rows(x) for x in modalities]


def _product(factors: Sequence[Tensor]) -> Tensor:
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product
