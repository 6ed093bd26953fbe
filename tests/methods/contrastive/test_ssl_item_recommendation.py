"""Self-supervised item recommendation: who is an item, what a look shows, what is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from coview.batch import Batch
from coview.errors import UserError
from coview.losses import info_nce, sampled_softmax_rows
from coview.methods.contrastive.ssl_item_recommendation import SSLItemRecommendation
from coview.nn.heads import unit
from tests.methods.slots import draws, encoders, joined, look, relation_losses, samples, without

SLOTS = {"film": "table", "person": "text"}


def made(**options: object) -> SSLItemRecommendation:
    torch.manual_seed(0)
    return SSLItemRecommendation(encoders(**SLOTS), dim=8, drop=0.0, **options).double()  # type: ignore[arg-type]


def rated(*films: int) -> Batch:
    return replace(samples(n=len(films), **SLOTS), within={"film": torch.tensor(films)})


def test_the_item_is_the_table_and_can_be_another() -> None:
    assert (made().item, made().query) == ("film", "person")
    assert made(item="person").query == "film"
    with pytest.raises(UserError, match="item is one of the slots film, person"):
        made(item="director")


@pytest.mark.parametrize(
    ("levels", "by"),
    [
        (["film"], "film"),
        (["movie"], "movie"),
        (["film", "movie"], "film"),
        (["person", "movie"], "movie"),
        (["movie", "country"], None),
        (["person"], None),
        (["group"], None),
        ([], None),
    ],
)
def test_an_item_is_known_by_the_level_of_its_slot_or_the_only_one_named(levels: list[str], by: str | None) -> None:
    batch = rated(1, 2, 1)
    batch = replace(batch, within={level: torch.tensor([1, 2, 1]) + i for i, level in enumerate(levels)})
    found = made().views(batch, draws(batch)).carry["film/who"]
    assert torch.equal(found, batch.ids if by is None else batch.within[by])


def test_the_looks_share_no_column_and_leave_none_out() -> None:
    batch = rated(1, 2, 3, 4, 5, 6)
    missing = look(made(), batch)[0]["film/looks"].value[..., 1] > 0.5
    there = ~batch["film"].value.isnan()
    assert torch.equal(missing[:, 0] ^ missing[:, 1], there[:, 0])


def test_retrieval_and_contrast_are_their_equations() -> None:
    method, batch = made(), rated(1, 2, 1, 3, 4, 4)
    _, reps = look(method, batch)
    z, found = reps.features, relation_losses(method, batch)
    space = method.space
    q, x = (space(s, z[s], z[f"{s}/present"])[:, 0] for s in ("person", "film"))
    item, own = batch.within["film"], torch.arange(6)
    want = sampled_softmax_rows(q, own, x, item, torch.zeros(6), method.temperature).mean()
    torch.testing.assert_close(found["retrieval"], want)
    once = [0, 1, 3, 4]
    one, other = space("film", z["film/looks"], z["film/present"].expand(-1, 2))[once].unbind(1)
    torch.testing.assert_close(found["features"], method.contrast * info_nce(one, other, method.temperature))


def test_both_items_asked_and_candidates_weigh_as_if_drawn_evenly() -> None:
    method, batch = made(), rated(7, 8, 9)
    for things in ([7], [7], [7, 8], [7], [7], [7, 8, 9]):
        method.frequency.count(torch.tensor(things))
    _, reps = look(method, batch)
    z, found = reps.features, relation_losses(method, batch)["features"]
    one, other = unit(method.space("film", z["film/looks"], z["film/present"].expand(-1, 2))).unbind(1)
    share = method.frequency.log_share(batch.within["film"]).exp()
    assert share[0] > share[1] > share[2]
    alike, rare = ((one @ other.T) / method.temperature).exp(), (1 / share) * ~torch.eye(3, dtype=torch.bool)
    each = -(alike.diag() / (alike.diag() + 2 * (rare * alike).sum(1) / rare.sum(1))).log()
    torch.testing.assert_close(found, method.contrast * (each / share).sum() / (1 / share).sum())


def test_items_without_a_query_teach_their_features_alone() -> None:
    batch = without(rated(1, 2, 3, 4, 5, 6), "person", [0, 1, 2, 3, 4, 5])
    assert set(relation_losses(made(), batch)) == {"features"}


def test_a_step_counts_items_and_what_columns_tell_of_each_other() -> None:
    method, batch = made(), rated(7, 7, 7, 8, 8, 9)
    kept = method.relate(joined(look(method, batch)[1], batch)).kept
    for _ in range(3):
        method.after_step(kept)
    torch.testing.assert_close(method.frequency.log_share(torch.tensor([7, 9])), torch.zeros(2).double())
    assert method.association is not None
    counts = method.association.pairs.sum((2, 3)).diagonal()
    assert counts.tolist() == [9.0] * 5


def test_without_the_contrast_nothing_is_looked_at_twice() -> None:
    views, _ = look(made(contrast=0.0), rated(1, 2, 3))
    assert set(views) == {"film", "person"}


def test_an_item_is_the_sample_where_nothing_else_is_known() -> None:
    batch = samples(**SLOTS)
    with torch.no_grad():
        views = made().views(batch, draws(batch))
    assert torch.equal(views.carry["film/who"], batch.ids)
