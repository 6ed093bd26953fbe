"""Frame projections: three looks at a series without augmentation."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from coview.losses import nt_xent
from coview.methods.base import Method
from coview.methods.registry import build_method
from coview.modalities.series import Series
from coview.views.frame_projections import fourier, gabor
from tests.contracts.cases import modality
from tests.methods.joint import samples
from tests.methods.slots import joined, look


def made(**options: object) -> Method:
    torch.manual_seed(0)
    slots = {"thing": modality("series")}
    method = build_method("frame-projections", slots, encoder_options={"dim": 32}, options=options)
    return method.double().eval()  # batch statistics as they stand: heads can be called sample by sample


def test_the_other_looks_are_the_series_itself_in_other_frames() -> None:
    method, whole = made(), samples("series")
    views = look(method, whole)[0]
    numbers = views["time"].value[:, 0].chunk(2, -1)[0]
    torch.testing.assert_close(views.carry["fourier"], fourier(numbers))
    torch.testing.assert_close(views.carry["gabor"], gabor(numbers, method.scales))  # type: ignore[arg-type]


def test_the_three_pairs_agree_and_two_latents_are_told() -> None:
    method, whole = made(temperature=0.2, mapping=0.5), samples("series", missing=0.6)
    z = joined(look(method, whole)[1], whole)
    there = z["present"]
    assert 1 < int(there.sum()) < 8
    t, f, g = (
        F.normalize(method.projectors[n](z[n][there]), dim=1)  # type: ignore[index]
        for n in ("time", "fourier", "gabor")
    )
    losses = method.relate(z).losses
    torch.testing.assert_close(losses["nt_xent"], nt_xent(t, f, 0.2) + nt_xent(t, g, 0.2) + nt_xent(f, g, 0.2))
    told = [(method.latents[n](t) - x).abs().mean() for n, x in (("fourier", f), ("gabor", g))]  # type: ignore[index]
    torch.testing.assert_close(losses["mapping"], 0.5 * (told[0] + told[1]))


def test_maps_learn_behind_a_stopped_gradient() -> None:
    method, whole = made(), samples("series")
    look(method, whole)[1].losses["maps"].mean().backward()
    reached = {n for n, c in method.named_children() if any(p.grad is not None for p in c.parameters())}
    assert reached == {"across"}


def test_what_is_kept_is_told_from_the_time_encoder_alone() -> None:
    method, whole = made(), samples("series")
    kept = method.embed(whole)["thing"]["thing"].values
    prepared = modality("series").prepare(whole["thing"])
    time = method.series(prepared).pooled  # type: ignore[operator]
    want = torch.cat([time, method.across["fourier"](time), method.across["gabor"](time)], -1)  # type: ignore[index]
    torch.testing.assert_close(kept, want)


def test_frequencies_far_from_the_edges_are_told_apart() -> None:
    torch.manual_seed(0)
    method = build_method("frame-projections", {"thing": Series(1, 200, 1, [0.0], [1.0])})
    peaks = torch.zeros(3, 101, 2)
    peaks[0, 32] = peaks[1, 48] = 10  # convolutions and a mean see no difference
    one, other, nothing = method.eval().frames["fourier"](peaks)  # type: ignore[index]
    assert (one - other).norm() > 0.2 * (one - nothing).norm()
