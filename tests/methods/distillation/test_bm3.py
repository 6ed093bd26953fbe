"""BM3: the authors' equations, and where its gradients go."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from coview.batch import Reps, Views
from coview.methods.distillation.bm3 import BM3
from coview.views.draw import Draw
from tests.contracts.cases import batch, make

WHOLE = batch("bm3", "graph")


def said(**options: Any) -> tuple[BM3, Views, Reps]:
    method = make("bm3", "graph", None, dim=16)
    assert isinstance(method, BM3)
    for name, value in options.items():
        setattr(method, name, value)
    with torch.no_grad():
        views = method.views(WHOLE, Draw(0, 0, WHOLE.key))
    return method, views, method.represent(views)


def test_without_dropout_losses_are_those_of_the_paper() -> None:
    method, views, reps = said(drop=0.0, align=1.0)
    wiring = views["pair"].value.wiring
    nodes, kinds = method.everyone(wiring), wiring.kinds
    net = method.graph.net
    residual = net.everyone(wiring) + torch.where(kinds[:, None] == 1, net.table, 0)  # type: ignore[operator, union-attr]
    torch.testing.assert_close(nodes, residual)
    u, i = residual[views["pair"].value.index].unbind(1)

    def apart(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return 1 - F.cosine_similarity(a, b, dim=-1)

    torch.testing.assert_close(reps.losses["met"], apart(method.predictor(u), i) + apart(method.predictor(i), u))
    text = method.told(method.text(views["text"]).pooled[:, 0])
    torch.testing.assert_close(
        reps.losses["text"], apart(method.predictor(text), u) + apart(method.predictor(text), text)
    )


def test_a_view_drops_its_share_and_keeps_the_mean() -> None:
    _, views, _ = said(drop=0.5)
    kept = views.carry["kept"].double()
    assert kept.shape[1:] == (4, 16)
    assert abs(float(kept.mean()) - 0.5) < 0.06
    assert not torch.equal(kept[:, 0], kept[:, 1])


def test_modalities_teach_the_nodes_nothing() -> None:
    method, _, reps = said()
    (reps.losses["text"] + reps.losses["features"]).sum().backward()
    assert method.graph.net.table.grad is None or not method.graph.net.table.grad.any()  # type: ignore[union-attr]
    assert method.told.weight.grad is not None
    assert method.features.weight.grad is not None


def test_a_target_has_no_gradient() -> None:
    """With a predictor that says the same of everyone, nothing but targets depends on the nodes."""
    method, views, _ = said()
    torch.nn.init.zeros_(method.predictor.weight)
    torch.nn.init.ones_(method.predictor.bias)
    method.represent(views).losses["met"].sum().backward()
    assert not method.graph.net.table.grad.any()  # type: ignore[union-attr]


def test_embeddings_are_predictions_in_one_space() -> None:
    method = said()[0].eval()
    found = method.embed(WHOLE)
    joint = found["recommendation"]
    assert set(joint) == {"graphs", "texts"}
    nodes = method.everyone(WHOLE["graphs"].value.wiring)
    torch.testing.assert_close(joint["graphs"].values, method.predictor(nodes[WHOLE["graphs"].value.index]))
