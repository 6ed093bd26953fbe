"""ColloSSL: which devices attract, and which others count how much."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from coview.batch import Features
from coview.errors import UserError
from coview.losses import mean_discrepancy
from coview.methods.contrastive.collossl import device_weights, discrepancies
from tests.methods.joint import make, samples
from tests.methods.slots import look
from tests.methods.slots import samples as of_slots

TEMPERATURE = 0.5


def devices(n: int = 5) -> Features:
    """Three devices: the second records almost what the first does, the third something else."""
    generator = torch.Generator().manual_seed(0)
    raw = torch.randn(n, 3, 4, generator=generator).double()
    raw[:, 1] = raw[:, 0] + 0.3
    raw[:, 2] += 3
    z = torch.randn(n, 3, 6, generator=generator).double()
    present = torch.ones(n, 3, dtype=torch.bool)
    present[1, 0] = present[2, 1] = False
    return Features({"devices": z, "present": present, "raw": raw}, torch.arange(n))


def test_discrepancies_are_between_what_devices_recorded() -> None:
    z = devices()
    found = discrepancies(z["raw"], z["present"])
    want = mean_discrepancy(z["raw"][z["present"][:, 0], 0], z["raw"][z["present"][:, 2], 2])
    torch.testing.assert_close(found[0, 2], want)
    assert torch.equal(found, found.T)
    assert bool(found.diag().isinf().all())
    assert int(found[0].argmin()) == 1


def test_a_device_counts_by_one_over_its_discrepancy() -> None:
    weight = device_weights(torch.tensor([torch.inf, 0.1, 0.4]))
    torch.testing.assert_close(weight, torch.tensor([0.0, 10.0, 2.5]))


def test_the_loss_is_that_of_every_anchor_written_out() -> None:
    z = devices()
    method = make("collossl", "series", temperature=TEMPERATURE)
    apart = discrepancies(z["raw"], z["present"])
    u, present, each = F.normalize(z["devices"], dim=2), z["present"], []
    for a in range(3):
        positive = int(apart[a].argmin())
        weight = device_weights(apart[a])
        for i in range(5):
            if not (present[i, a] and present[i, positive]):
                continue
            own = math.exp(float(u[i, a] @ u[i, positive]) / TEMPERATURE)
            others = 0.0
            for v in range(3):
                rows = [k for k in range(5) if present[k, v] and k != i]
                if v != a:
                    total = sum(math.exp(float(u[i, a] @ u[k, v]) / TEMPERATURE) for k in rows)
                    others += float(weight[v]) / len(rows) * total
            each.append(-math.log(own / (own + others)))
    assert float(method.relate(z).losses["multi_view"]) == pytest.approx(sum(each) / len(each))


def test_one_device_can_be_the_only_anchor() -> None:
    method = make("collossl", "series", anchor=1)
    method.relate(devices()).losses["multi_view"]
    views, reps = look(method, samples("series"))
    assert views["devices"].width == 2
    assert reps.features["raw"].shape[:2] == (8, 2)


def test_a_single_device_is_refused() -> None:
    method = make("collossl", "series")
    with pytest.raises(UserError, match="one natural view"):
        look(method, of_slots(thing="series"))


def test_an_anchor_that_is_no_device_is_refused() -> None:
    method, batch = make("collossl", "series", anchor=7), samples("series")
    with pytest.raises(UserError, match="anchor is the position of a device, 0 to"):
        look(method, batch)
