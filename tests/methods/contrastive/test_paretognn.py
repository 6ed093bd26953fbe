from __future__ import annotations

import pytest
import torch

from coview.engine.config import FitConfig
from coview.engine.lanes import Lanes
from coview.engine.step import ExactStep
from coview.errors import UserError
from coview.methods.contrastive.paretognn import ParetoGNN, Pretext
from coview.nn.encoder import build_encoder
from tests.contracts.cases import modality
from tests.methods.slots import look, relation_losses, samples


def pareto(**options: object) -> ParetoGNN:
    torch.manual_seed(0)
    encoder = build_encoder(modality("graph"), "thing", "gin", dim=32, depth=2).double()
    return ParetoGNN(encoder, **options).double()  # type: ignore[arg-type]


def gradients(method: ParetoGNN, lanes: Lanes) -> dict[object, torch.Tensor]:
    """The gradient of each lane at the encoder, in one row."""
    batch = samples(n=12, thing="graph")
    found = ExactStep(method, [batch], len(batch), seed=1, step=2, lanes=lanes).run().gradients
    own = [n.startswith("graph.") for n, _ in method.named_parameters()]
    zeros = [torch.zeros_like(p) for p in method.parameters()]
    return {
        lane: torch.cat([(z if g is None else g).flatten() for g, z, o in zip(grads, zeros, own, strict=True) if o])
        for lane, grads in found.items()
    }


def test_five_pretexts_by_default_and_a_loss_for_each() -> None:
    method, batch = pareto(), samples(n=12, thing="graph")
    _, reps = look(method, batch)
    assert set(reps.losses) | set(relation_losses(method, batch)) == set(Pretext)


@pytest.mark.parametrize("pretext", list(Pretext))
def test_a_pretext_alone_has_its_loss_alone_and_the_same(pretext: Pretext) -> None:
    batch = samples(n=12, thing="graph")
    every, alone = pareto(), pareto(pretexts=[pretext])
    assert alone.state_dict().keys() < every.state_dict().keys()  # no head that it does not ask for
    assert not alone.load_state_dict(every.state_dict(), strict=False).missing_keys
    want = {**look(every, batch)[1].losses, **relation_losses(every, batch)}[pretext]
    got = {**look(alone, batch)[1].losses, **relation_losses(alone, batch)}
    assert set(got) == {pretext}
    torch.testing.assert_close(got[pretext], want)


def test_every_pretext_reaches_the_encoder() -> None:
    found = gradients(pareto(), lambda name: {name: 1.0})
    assert set(found) == set(Pretext)
    assert all(bool(g.any()) for g in found.values())


def test_its_rule_is_taken_where_the_user_names_none() -> None:
    assert FitConfig("paretognn").balance == "normalised-mgda"
    assert FitConfig("paretognn", balance="sum").balance == "sum"
    assert FitConfig("simclr").balance == "sum"


def test_no_pretext_and_one_named_twice_are_refused() -> None:
    for wrong in ([], ["links", "links"]):
        with pytest.raises(UserError, match="each once"):
            pareto(pretexts=wrong)
