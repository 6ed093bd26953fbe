from __future__ import annotations

from math import log

import torch

from coview.papers.baselines.clip_order import ORDERS, ClipOrder
from tests.methods.slots import draws, encoders, look, samples


def clip_order() -> ClipOrder:
    torch.manual_seed(0)
    return ClipOrder(encoders(film="video")["film"], hidden=8).double()


def test_clips_come_in_the_order_that_is_asked_for() -> None:
    method, batch = clip_order(), samples(film="video")
    batch["film"].value[:] = torch.arange(8, dtype=torch.uint8)[:, None, None, None] * 30  # later is lighter
    views = method.views(batch, draws(batch))
    light = method.video.modality.pixels(views["clips"]).mean((2, 3, 4, 5))  # type: ignore[attr-defined]
    for shown, order in zip(light, views.carry["order"].tolist(), strict=True):
        assert shown.argsort().argsort().tolist() == list(ORDERS[order])


def test_who_knows_nothing_pays_for_six_orders() -> None:
    method, batch = clip_order(), samples(film="video")
    torch.nn.init.zeros_(method.order.weight)
    torch.nn.init.zeros_(method.order.bias)
    torch.testing.assert_close(look(method, batch)[1].losses["order"], torch.full((6,), log(6), dtype=torch.float64))
