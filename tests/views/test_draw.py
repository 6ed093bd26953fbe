import pytest
import torch
from scipy.special import ndtri
from torch import Tensor

from coview.views.draw import Draw, combine, mix, occurrence_keys

KEYS = mix(torch.arange(64))


class Given(Draw):
    """Draws from bits that are told."""

    def __init__(self, bits: Tensor) -> None:
        super().__init__(0, 0, torch.zeros(1, dtype=torch.int64))
        self.told = bits[None]

    def bits(self, name: str, *shape: int) -> Tensor:
        return self.told


def signed(x: int) -> int:
    return x - (1 << 64) if x >> 63 else x


@pytest.mark.parametrize(("state", "said"), [(0, 0xE220A8397B1DCDAF), (0x9E3779B97F4A7C15, 0x6E789E6AA1B965F4)])
def test_the_hash_is_splitmix64(state: int, said: int):
    """The first two numbers of its reference implementation from seed 0."""
    assert mix(torch.tensor([signed(state)])).tolist() == [signed(said)]
    assert combine(state) == signed(said)


@pytest.mark.parametrize("x", [KEYS[5], KEYS[::3], KEYS[:, None].expand(-1, 4), KEYS.view(8, 8).t()])
def test_the_hash_reads_numbers_and_not_their_layout(x: Tensor):
    before = x.clone()
    assert mix(x).flatten().tolist() == [combine(int(each)) for each in x.flatten()]
    assert torch.equal(x, before)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (3, 7)])
def test_what_a_sample_draws_depends_on_no_other(shape: tuple[int, ...]):
    rows = torch.tensor([7, 3, 40])
    every, some = Draw(1, 2, KEYS), Draw(1, 2, KEYS[rows])
    assert torch.equal(every("u", *shape)[rows], some("u", *shape))
    assert torch.equal(every.normal("n", *shape)[rows], some.normal("n", *shape))


def test_normal_numbers_are_those_of_the_inverse_distribution_function():
    top = torch.arange(0, 1 << 24, 997)
    found = Given(top << 40).normal("n", len(top))[0]
    assert torch.allclose(found.double(), torch.from_numpy(ndtri((top.double() + 0.5).numpy() * 2.0**-24)), atol=2e-6)


def test_the_extremes_of_normal_numbers_are_finite_and_alike():
    low, high = Given(torch.tensor([0, -1])).normal("n", 2)[0]
    assert low == -high
    assert 5 < high < 6


def test_uniform_numbers_stay_below_one():
    low, high = Given(torch.tensor([0, -1]))("u", 2)[0]
    assert low == 0
    assert high == 1 - 2.0**-24


def test_a_permutation_holds_every_position_once():
    drawn = Draw(0, 0, KEYS).permutation("p", 9, 2)
    assert torch.equal(drawn.sort(-1).values, torch.arange(9).expand(64, 2, 9))


def test_a_sample_met_again_in_a_step_gets_another_key():
    ids = torch.tensor([4, 9, 4, 4])
    keys = occurrence_keys(ids)
    assert keys[:2].tolist() == [4, 9]
    assert len(set(keys.tolist())) == 4


def test_samples_met_once_keep_their_ids_as_keys():
    assert torch.equal(occurrence_keys(KEYS), KEYS)
