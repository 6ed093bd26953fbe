from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from coview.methods.contrastive.moco import queue_contrast
from tests.methods.joint import copies, features, make, samples, step


def test_the_queue_holds_the_last_keys_in_order():
    method = make("moco", queue=12)
    first, second = samples(n=8), samples(n=11)
    keys = [step(method, whole).kept["key"] for whole in (first, second)]
    assert torch.equal(method.queue.rows, torch.cat(keys)[-12:])


def test_keys_are_what_the_slow_encoder_said_before_it_moved():
    method = make("moco", queue=8)
    whole = samples(n=8)
    want = F.normalize(features(method, whole)["key"][:, 0], dim=1).detach()
    step(method, whole)
    torch.testing.assert_close(method.queue.rows, want)


def test_the_key_encoder_moves_by_the_momentum_alone():
    method = make("moco", momentum=0.9)
    before = copies(method.key_encoder) + copies(method.key_projector)
    step(method, samples())
    students = copies(method.encoder) + copies(method.projector)
    after = copies(method.key_encoder) + copies(method.key_projector)
    for old, student, new in zip(before, students, after, strict=True):
        torch.testing.assert_close(new, 0.9 * old + 0.1 * student)


def test_a_key_among_k_equal_ones_is_found_by_chance():
    q = F.normalize(torch.randn(5, 4), dim=1)
    k = q.roll(1, 1)
    loss = queue_contrast(q[:1], k[:1], k[:1].expand(9, -1), 0.2)
    torch.testing.assert_close(loss, torch.full((1,), math.log(10)))


def test_other_samples_of_the_batch_are_no_negatives():
    method = make("moco", queue=16)
    z = features(method, samples(n=6))
    each = [
        method.relate(type(z)({n: v[i : i + 1] for n, v in z.items()}, z.key[i : i + 1])).losses["info_nce"]
        for i in range(6)
    ]
    torch.testing.assert_close(method.relate(z).losses["info_nce"], torch.stack(each).mean())


def test_the_symmetric_loss_asks_each_look_once():
    whole = samples(n=6)
    both = make("moco", queue=16, symmetric=True)
    z = features(both, whole)
    halves = [
        both.relate(type(z)({**z, "query": z["query"][:, [i]], "key": z["key"][:, [i]]}, z.key)).losses["info_nce"]
        for i in (0, 1)
    ]
    torch.testing.assert_close(both.relate(z).losses["info_nce"], sum(halves) / 2)
    torch.testing.assert_close(features(make("moco"), whole)["query"][:, 0], z["query"][:, 0])
    assert not torch.equal(z["query"][:, 0], z["query"][:, 1])


def test_the_queue_reaches_the_loss():
    method = make("moco", queue=16)
    z = features(method, samples(n=6))
    before = method.relate(z).losses["info_nce"]
    method.queue.rows.copy_(F.normalize(z["query"][:1, 0], dim=1).expand(16, -1))
    assert method.relate(z).losses["info_nce"] > before
