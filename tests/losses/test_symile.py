"""Symile: against the sums written out, and where it is something known."""

from __future__ import annotations

from itertools import product
from math import log

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses import symile, symile_all_tuples, symile_rows, symile_shuffles, symmetric_info_nce

T = 0.1


def draw(modalities: int, n: int = 4, d: int = 5) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return list(torch.randn(modalities, n, d, dtype=torch.float64, generator=generator))


def score(*vectors: Tensor) -> Tensor:
    return torch.stack(vectors).prod(0).sum() / T


@pytest.mark.parametrize("modalities", [2, 3, 4])
def test_all_tuples_is_its_equation_written_out(modalities: int) -> None:
    given = draw(modalities, n=3)
    x = [F.normalize(z, dim=1) for z in given]
    terms = []
    for anchor in range(modalities):
        rest = [m for m in range(modalities) if m != anchor]
        for i in range(3):
            scores = [
                score(x[anchor][i], *(x[m][j] for m, j in zip(rest, rows, strict=True)))
                for rows in product(range(3), repeat=len(rest))
            ]
            terms.append(torch.stack(scores).logsumexp(0) - score(*(z[i] for z in x)))
    torch.testing.assert_close(symile_all_tuples(given, T), torch.stack(terms).mean())


def test_shuffled_is_its_equation_written_out() -> None:
    given, shuffles = draw(3), torch.tensor([[1, 3, 0, 2], [2, 0, 1, 3], [0, 3, 2, 1]])
    x = [F.normalize(z, dim=1) for z in given]
    terms = []
    for anchor in range(3):
        p, q = (m for m in range(3) if m != anchor)
        for i in range(4):
            true = score(*(z[i] for z in x))
            false = [score(x[anchor][i], x[p][shuffles[p, k]], x[q][shuffles[q, k]]) for k in range(4) if k != i]
            terms.append(torch.stack([true, *false]).logsumexp(0) - true)
    torch.testing.assert_close(symile(given, shuffles, T), torch.stack(terms).mean())


def test_two_modalities_are_symmetric_info_nce() -> None:
    a, b = draw(2)
    torch.testing.assert_close(symile_all_tuples([a, b], T), symmetric_info_nce(a, b, T))


def test_two_modalities_unshuffled_are_symmetric_info_nce() -> None:
    a, b = draw(2)
    torch.testing.assert_close(symile([a, b], torch.arange(4).expand(2, 4), T), symmetric_info_nce(a, b, T))


def test_at_chance_it_is_the_log_of_the_number_of_candidates() -> None:
    same = [torch.ones(4, 5)] * 3
    assert symile(same, symile_shuffles(3, 4, torch.Generator().manual_seed(0)), T).item() == pytest.approx(log(4))
    assert symile_all_tuples(same, T).item() == pytest.approx(2 * log(4))


def test_order_of_modalities_does_not_matter() -> None:
    a, b, c = draw(3)
    torch.testing.assert_close(symile_all_tuples([a, b, c], T), symile_all_tuples([c, a, b], T))


def test_sees_what_pairs_do_not() -> None:
    """The third is the exclusive or of two coins: any two are independent, all three are not."""
    coins = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], dtype=torch.float64)
    a, b, both = coins[:, :1], coins[:, 1:], coins.prod(1, keepdim=True)
    # half of the 16 combinations obey the rule and score 1 / t, the others -1 / t
    assert symile_all_tuples([a, b, both], 0.05).item() == pytest.approx(log(8))
    assert symile_all_tuples([a, b, -both], 0.05).item() == pytest.approx(log(8) + 2 / 0.05)
    # every pair of modalities looks the same whether the rule holds or not
    for x, y in [(a, both), (b, both)]:
        torch.testing.assert_close(symmetric_info_nce(x, y, 0.05), symmetric_info_nce(x, -y, 0.05))


def test_rows_in_tiles_give_the_loss_of_one_anchor() -> None:
    x = [F.normalize(z, dim=1) for z in draw(3)]
    own, shuffled = torch.arange(4), x[1][[1, 3, 0, 2]] * x[2][[0, 3, 2, 1]]
    whole = symile_rows(x[0], x[1] * x[2], own, shuffled, T)
    tiles = [
        symile_rows(x[0][i : i + 3], (x[1] * x[2])[i : i + 3], own[i : i + 3], shuffled, T) for i in range(0, 4, 3)
    ]
    torch.testing.assert_close(torch.cat(tiles), whole)


def test_shuffles_are_orders_and_follow_their_generator() -> None:
    drawn = symile_shuffles(3, 10, torch.Generator().manual_seed(1))
    assert drawn.sort(1).values.eq(torch.arange(10)).all()
    assert torch.equal(drawn, symile_shuffles(3, 10, torch.Generator().manual_seed(1)))


def test_one_modality_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more"):
        symile_all_tuples(draw(1), T)


def test_shuffles_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="is needed"):
        symile(draw(3), torch.zeros(2, 4, dtype=torch.long), T)
