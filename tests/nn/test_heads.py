from __future__ import annotations

import torch
from torch import nn

from coview.nn.heads import MLP, RowMLP, RowNorm, unit


def test_many_rows_are_normalised_as_batch_norm_does():
    x = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    own, plain = RowNorm(4), nn.BatchNorm1d(4)
    assert torch.equal(own(x), plain(x))
    assert torch.equal(own.running_var, plain.running_var)


def test_one_row_reads_the_running_statistics_and_leaves_them():
    norm = RowNorm(4)
    norm(torch.randn(6, 4, generator=torch.Generator().manual_seed(0)))
    mean = norm.running_mean.clone()
    x = torch.ones(1, 4)
    trained = norm(x)
    assert torch.equal(norm.running_mean, mean)
    assert torch.equal(trained, norm.eval()(x))


def test_batch_norm_after_the_last_layer_has_no_scale():
    head = MLP(8, 16, 4, norm_last=True)
    out = head(torch.randn(64, 8, generator=torch.Generator().manual_seed(0)))
    torch.testing.assert_close(out.mean(0), torch.zeros(4), atol=1e-5, rtol=0)
    assert not list(head[-1].parameters())


def test_a_row_head_reads_its_row_alone():
    head = RowMLP(8, 16, 16, 4)
    x = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(head(x)[1, 2], head(x[1, 2]))


def test_unit_vectors_are_float32_under_autocast():
    x = torch.randn(3, 8, generator=torch.Generator().manual_seed(0)).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        length = unit(x).norm(dim=1)
    torch.testing.assert_close(length, torch.ones(3))
