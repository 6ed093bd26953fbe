import torch

from coview.views.draw import mix
from coview.views.order import ascending, greatest, ordered, true_places

KEYS = mix(torch.arange(600)).view(2, 300)


def test_order_is_that_of_a_sort():
    assert torch.equal(ascending(KEYS), KEYS.argsort(-1))
    assert torch.equal(ordered(KEYS), KEYS.sort(-1).values)


def test_keys_are_left_as_they_are():
    before = KEYS.clone()
    ordered(KEYS)
    assert torch.equal(KEYS, before)


def test_the_greatest_is_the_first_of_equal_ones():
    assert greatest(torch.tensor([[1.0, 3.0, 3.0], [2.0, -1.0, 0.0]])).tolist() == [[1], [0]]


def test_true_places_count_through_all_axes():
    which = torch.tensor([[True, False, False], [False, True, True]])
    assert true_places(which).tolist() == [0, 4, 5]
    assert true_places(which.t()).tolist() == [0, 3, 5]
