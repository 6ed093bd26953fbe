import pytest
import torch

from coview.views.draw import Draw
from coview.views.mix import partners


def draw(n: int) -> Draw:
    return Draw(0, 0, torch.arange(n) * 31 + 5)


def test_everybody_is_somebodys_partner_and_nobody_their_own():
    partner = partners(draw(50), torch.ones(50, dtype=torch.bool))
    assert sorted(partner.tolist()) == list(range(50))
    assert (partner != torch.arange(50)).all()


def test_absent_samples_are_left_alone():
    present = torch.tensor([True, False, True, True, False])
    partner = partners(draw(5), present)
    assert partner[~present].tolist() == [1, 4]
    assert present[partner[present]].all()


def test_order_of_rows_does_not_matter():
    keys = draw(12)
    present = torch.ones(12, dtype=torch.bool)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    moved = partners(keys.of(keys.key[order]), present)
    assert torch.equal(order[moved], partners(keys, present)[order])


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_to_mix_with(n: int):
    assert partners(draw(n), torch.ones(n, dtype=torch.bool)).tolist() == list(range(n))
