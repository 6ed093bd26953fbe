from __future__ import annotations

import numpy as np
import torch

from coview.batch import Embedding
from coview.data.source import Data
from coview.use.embed import Embedded
from coview.use.neighbours import Side, ask, nearest


def of(values: torch.Tensor, present: torch.Tensor | None = None, **data: object) -> Embedded:
    n = len(values)
    there = torch.ones(values.shape[:2], dtype=torch.bool) if present is None else present
    about = Data("d", {}, {}, torch.arange(n) * 7919 % 101, [str(i) for i in range(n)], **data)  # type: ignore[arg-type]
    return Embedded(about, {"s": {"s": Embedding(values, there)}})


def test_nearest_ignores_length() -> None:
    cosine, at = nearest(torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.1, 0.0], [5.0, 5.0]]), 2)
    assert at.tolist() == [[1, 2]]
    assert torch.allclose(cosine, torch.tensor([[1.0, 0.5**0.5]]))


def test_across_views_the_sample_itself_is_right() -> None:
    z = torch.eye(8)[:, None].repeat(1, 2, 1)
    (answers,) = ask(of(z), torch.arange(8), n=4, k=3)
    assert (answers.query, answers.gallery) == (Side("s", 0), Side("s", 1))
    assert all(found[0].row == query and found[0].right for query, found in zip(answers.queries, answers.found))
    assert not any(one.right for found in answers.found for one in found[1:])


def test_samples_without_both_views_are_not_asked() -> None:
    z = torch.eye(8)[:, None].repeat(1, 2, 1)
    present = torch.ones(8, 2, dtype=torch.bool)
    present[3, 1] = False
    (answers,) = ask(of(z, present), torch.arange(8), n=8)
    assert 3 not in answers.queries
    assert answers.gallery_size == 7


def test_within_a_slot_the_class_decides_and_the_query_is_no_answer() -> None:
    z = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])[:, None]
    (answers,) = ask(of(z, labels={"kind": np.array(["a", "a", "b", "b"])}), torch.arange(4), n=4, k=1)
    assert all(found[0].right and found[0].row != query for query, found in zip(answers.queries, answers.found))
