"""The corrected softmax against its closed forms."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from coview.losses import even_info_nce_rows, info_nce_rows, sampled_softmax_rows

Q, X = (torch.randn(6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(s)) for s in (0, 1))
OWN = torch.arange(6)


def test_of_items_as_likely_as_each_other_it_is_info_nce() -> None:
    found = sampled_softmax_rows(Q, OWN, X, OWN, torch.full((6,), -1.3, dtype=torch.float64), 0.2)
    torch.testing.assert_close(found, info_nce_rows(Q, OWN, X, 0.2))


def test_an_item_twice_as_likely_stands_for_half_as_many() -> None:
    """Two copies of an answer, each met half as often as they would be counted, weigh like one."""
    q, x = torch.ones(1, 2, dtype=torch.float64), torch.ones(3, 2, dtype=torch.float64)
    share = torch.tensor([1.0, 2.0, 2.0], dtype=torch.float64)
    found = sampled_softmax_rows(q, OWN[:1], x, OWN[:3], share.log(), 1.0)
    torch.testing.assert_close(found.exp(), torch.tensor([2.0], dtype=torch.float64))


def test_the_same_item_met_elsewhere_is_no_wrong_answer() -> None:
    item = torch.tensor([0, 1, 0, 2, 3, 1])
    found = sampled_softmax_rows(Q, OWN, X, item, torch.zeros(6, dtype=torch.float64), 0.5)
    logits = F.normalize(Q, dim=1) @ F.normalize(X, dim=1).T / 0.5
    without = torch.tensor([0, 1, 3, 4, 5])
    torch.testing.assert_close(found[0], F.cross_entropy(logits[:1, without], torch.tensor([0])))


def test_of_things_drawn_alike_the_even_contrast_is_info_nce() -> None:
    found = even_info_nce_rows(Q, OWN, X, torch.full((6,), -1.3, dtype=torch.float64), 0.2)
    torch.testing.assert_close(found, info_nce_rows(Q, OWN, X, 0.2))


def test_the_even_contrast_of_a_skewed_draw_is_that_of_an_even_one() -> None:
    """Of ten things five are drawn ten times as often: over many batches the mean is near that of even batches."""
    generator = torch.Generator().manual_seed(2)
    q, x = (torch.randn(10, 3, dtype=torch.float64, generator=generator) for _ in range(2))
    share = torch.tensor([1.0] * 5 + [0.1] * 5, dtype=torch.float64)
    others = x[1:]
    found: dict[str, list[float]] = {"even": [], "weighed": [], "not weighed": []}
    for _ in range(3000):
        for name, p in (("even", torch.ones(9)), ("weighed", share[1:]), ("not weighed", share[1:])):
            drawn = torch.multinomial(p.float(), 200, replacement=True, generator=generator)
            log_share = share[1:][drawn].log() if name == "weighed" else torch.zeros(200)
            candidates, shares = torch.cat([x[:1], others[drawn]]), torch.cat([torch.zeros(1), log_share])
            found[name].append(float(even_info_nce_rows(q[:1], OWN[:1], candidates, shares, 0.5)))
    even, weighed, plain = (torch.tensor(found[name]).mean() for name in found)
    assert (weighed - even).abs() < 0.02
    assert (plain - even).abs() > 0.05
