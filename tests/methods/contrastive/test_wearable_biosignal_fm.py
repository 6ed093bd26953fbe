"""Participant-level positives, a slow copy, and embeddings that keep apart."""

from __future__ import annotations

import torch

from coview.losses import info_nce, koleo
from tests.methods.joint import copies, features, make, samples, step

NAME = "wearable-biosignal-fm"


def test_looks_are_at_two_segments_of_one_person() -> None:
    method = make(NAME, "series", positives="natural")
    whole = samples("series")
    looks = method.views(whole, features(method, whole).draw)["looks"]
    stored = method.encoder.modality.prepare(whole["thing"]).value  # type: ignore[union-attr]
    for row in range(len(whole)):
        first, second = (int((stored[row] == looks.value[row, v]).flatten(1).all(1).int().argmax()) for v in (0, 1))
        assert {first, second} == {0, 1}


def test_each_look_finds_the_slow_copy_of_the_other() -> None:
    method = make(NAME, "series", temperature=0.3, spread=0.2)
    z = features(method, samples("series", missing=0.5))
    fast, slow = (z[n][z["present"]] for n in ("fast", "slow"))
    assert 1 < len(fast) < 8
    assert not z["slow"].requires_grad
    losses = method.relate(z).losses
    both = info_nce(fast[:, 0], slow[:, 1], 0.3) + info_nce(fast[:, 1], slow[:, 0], 0.3)
    torch.testing.assert_close(losses["info_nce"], both / 2)
    torch.testing.assert_close(losses["koleo"], 0.2 * (koleo(fast[:, 0]) + koleo(fast[:, 1])) / 2)


def test_the_copy_follows_slowly() -> None:
    method = make(NAME, "series", momentum=0.9)
    slow = copies(method.slow_encoder)  # type: ignore[arg-type]
    step(method, samples("series"))
    for before, now, fast in zip(
        slow,
        method.slow_encoder.parameters(),  # type: ignore[union-attr]
        method.encoder.parameters(),  # type: ignore[union-attr]
        strict=True,
    ):
        torch.testing.assert_close(now, 0.9 * before + 0.1 * fast.detach())
