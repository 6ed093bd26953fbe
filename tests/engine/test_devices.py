import pytest
import torch

from coview.engine.devices import seed_generators


@pytest.mark.parametrize("value", [0, 5, -(2**63), 2**63 - 1])
def test_a_processor_draws_as_after_torchs_own_seed(value: int):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(value)
        expected = torch.rand(3)
        seed_generators(value, torch.device("cpu"))
        assert torch.equal(torch.rand(3), expected)
