"""Means in the place of DenseAV's maxima."""

from __future__ import annotations

import torch

from coview.losses import similarity_contrast
from coview.methods.crossmodal.denseav import DenseAV
from coview.papers.baselines.pooled_contrast import PooledContrast
from tests.methods.slots import encoders, joined, look, samples

PAIR = {"picture": "image", "speech": "audio"}


def test_it_contrasts_products_of_mean_tokens_and_is_denseav_otherwise() -> None:
    torch.manual_seed(3)
    method, batch = PooledContrast(encoders(**PAIR), dim=16).double(), samples(**PAIR)
    torch.manual_seed(3)
    dense = DenseAV(encoders(**PAIR), dim=16, heads=1).double()
    z = joined(look(method, batch)[1], batch)
    means = [
        torch.stack([x[i, : int(n)].mean(0) for i, n in enumerate(there.sum(1))]).flatten(1)
        for x, there in ((z["places"], z["there"]), (z["moments"], z["heard"]))
    ]
    found, theirs = method.relate(z).losses, dense.relate(z).losses
    torch.testing.assert_close(found["info_nce"], similarity_contrast(means[0] @ means[1].T))
    assert found.keys() == theirs.keys()
    for name in found.keys() - {"info_nce"}:
        torch.testing.assert_close(found[name], theirs[name])
    torch.testing.assert_close(method.eval().maps(batch)[0].values, dense.eval().maps(batch)[0].values)
