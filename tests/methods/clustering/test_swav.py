from __future__ import annotations

import torch
from torch.nn import functional as F

from tests.methods.joint import features, make, samples, step

DOUBLE = torch.float64


def random_looks(n: int, dim: int = 128) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return F.normalize(torch.randn(n, 2, dim, generator=generator, dtype=DOUBLE), dim=2)


def test_every_look_is_assigned_whole_and_every_prototype_gets_its_share():
    method = make("swav", prototypes=4, iterations=50, queue=0)
    q = method.assign(random_looks(12), method.prototypes.directions)
    torch.testing.assert_close(q.sum(2), torch.ones(12, 2, dtype=DOUBLE))
    torch.testing.assert_close(q.sum(0), torch.full((2, 4), 3.0, dtype=DOUBLE), rtol=1e-3, atol=1e-3)


def test_the_queue_joins_the_assignment_once_it_is_full_and_its_time_has_come():
    method = make("swav", prototypes=4, queue=16, queue_start=0.5, local=0)
    looks, directions = random_looks(8), method.prototypes.directions
    alone = method.assign(looks, directions)
    method.clock.progress = 0.6
    method.queue.push(random_looks(10))
    assert torch.equal(method.assign(looks, directions), alone)
    method.queue.push(random_looks(6))
    together = method.assign(looks, directions)
    assert together.shape == alone.shape
    assert not torch.equal(together, alone)
    method.clock.progress = 0.4
    assert torch.equal(method.assign(looks, directions), alone)


def test_the_queue_fills_with_global_looks_after_its_start():
    method = make("swav", queue=8, queue_start=0.5, local=1)
    step(method, samples(n=8))
    assert method.queue.filled == 0
    method.clock.progress = 0.5
    kept = step(method, samples(n=8)).kept["global"]
    assert torch.equal(method.queue.rows, kept)


def test_prototypes_stand_still_at_first():
    method = make("swav", freeze=0.1)
    for progress, moves in ((0.05, False), (0.2, True)):
        method.clock.progress = progress
        method.zero_grad()
        method.relate(features(method, samples())).losses["swapped"].backward()
        assert (method.prototypes.weight.grad is not None) is moves


def test_local_crops_predict_and_are_not_predicted():
    method = make("swav", local=3)
    z = features(method, samples())
    assert z["global"].shape[1:] == (2, 32)
    assert z["local"].shape[1:] == (3, 32)
    found = method.relate(z)
    assert found.kept["global"].shape[1] == 2
    alone = type(z)({n: v for n, v in z.items() if n != "local"}, z.key)
    assert not torch.equal(found.losses["swapped"], method.relate(alone).losses["swapped"])
