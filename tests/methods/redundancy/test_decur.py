from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.losses import cross_correlation, decoupled_correlation
from coview.methods.redundancy.decur import DeCUR
from coview.methods.registry import read_options
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

PAIR = {"picture": "image", "depth": "image"}
TRIO = {**PAIR, "name": "text"}


def decur(slots: dict[str, str] = PAIR, **options: object) -> DeCUR:
    torch.manual_seed(3)
    return DeCUR(encoders(**slots), **{"dim": 16, "hidden": 24, **options}).double()  # type: ignore[arg-type]


def test_two_slots_are_two_barlow_twins_and_one_decoupled_pair() -> None:
    method, batch = decur(), samples(views=2, **PAIR)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    own = [cross_correlation(looks[:, i], looks[:, i + 1], redundancy_weight=0.0051) for i in (0, 2)]
    pair = decoupled_correlation(looks[:, 0], looks[:, 2], 12, redundancy_weight=0.0051)
    found = method.relate(z).losses
    torch.testing.assert_close(sum(found.values()), (own[0] + own[1] + pair / 2) / 3 / 32)


def test_with_everything_common_the_pair_is_barlow_twins_too() -> None:
    method, batch = decur(common=1.0), samples(views=2, **PAIR)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    expected = cross_correlation(looks[:, 0], looks[:, 2], redundancy_weight=0.0051)
    torch.testing.assert_close(method.relate(z).losses["across"], expected / 2 / 3 / 32)


def test_three_slots_have_three_pairs_of_their_first_looks() -> None:
    method, batch = decur(TRIO), samples(views=2, **TRIO)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    pairs = [(0, 2), (0, 4), (2, 4)]
    across = [decoupled_correlation(looks[:, i], looks[:, j], 12, redundancy_weight=0.0051) / 2 for i, j in pairs]
    torch.testing.assert_close(method.relate(z).losses["across"], torch.stack(across).sum() / 6 / 32)


def test_a_sample_without_a_slot_still_teaches_the_other() -> None:
    method, batch = decur(), samples(8, views=2, **PAIR)
    lacking = without(batch, "depth", [0, 3])
    z = joined(look(method, lacking)[1], lacking)
    looks, _ = method.joint(z)
    has = torch.tensor([1, 2, 4, 5, 6, 7])
    terms = [(looks[:, 0], looks[:, 1], 8), (looks[has, 2], looks[has, 3], 6)]
    within = sum(n * cross_correlation(a, b, redundancy_weight=0.0051) for a, b, n in terms) / 14
    torch.testing.assert_close(method.relate(z).losses["within"], within * 2 / 3 / 32)


def test_nobody_in_both_slots_leaves_the_pair_out() -> None:
    method = decur()
    batch = without(without(samples(6, views=2, **PAIR), "depth", [0, 1, 2]), "picture", [3, 4, 5])
    assert list(relation_losses(method, batch)) == ["within"]


def test_the_joint_space_is_the_common_part_at_length_one() -> None:
    method, batch = decur().eval(), samples(views=2, **PAIR)
    joint = method.embed(batch)["joint"]
    assert {e.values.shape[-1] for e in joint.values()} == {12}
    for e in joint.values():
        torch.testing.assert_close(e.values.norm(dim=-1), torch.ones(len(batch), 2).double())


def test_refusals() -> None:
    with pytest.raises(UserError, match="above 0 and at most 1"):
        read_options("decur", {"common": 0.0})
