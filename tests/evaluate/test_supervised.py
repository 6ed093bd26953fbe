"""The supervised reference: it learns, from training labels alone, and stands as a third column."""

import copy

import numpy as np
import pytest
import torch

from coview.errors import UserError
from coview.evaluate.evaluate import evaluate
from coview.evaluate.supervised import supervised_reference, train_supervised

from .plain import clusters, make_data, make_method
from .test_evaluate import parts


def noisy(n: int = 400):
    """Two of 32 dimensions say the class, loudly drowned by the others."""
    x, y = clusters(n, 4, dim=2, noise=0.1)
    return torch.cat([x, 1.5 * torch.randn(n, 1, 30, generator=torch.Generator().manual_seed(0))], 2), y


def test_it_reads_out_what_the_untrained_encoder_drowns():
    x, y = noisy()
    data = make_data({"a": x}, {"c": y})
    random, rows = make_method(data), parts(400)
    reference = supervised_reference(random, data, rows["train"], steps=150, batch_size=64, lr=1e-2)
    scores = evaluate(random, data, rows, protocols=["knn"], random=random, supervised=reference)
    row = scores["knn/a/c"]["accuracy"]
    assert list(row) == ["run", "raw", "random", "supervised"]
    assert row["supervised"] > row["random"] + 0.2


def test_the_untrained_method_is_not_changed():
    x, y = noisy(40)
    data = make_data({"a": x}, {"c": y})
    random = make_method(data)
    before = copy.deepcopy(random.state_dict())
    supervised_reference(random, data, torch.arange(30), steps=3)("a", "c")
    assert all(torch.equal(before[k], v) for k, v in random.state_dict().items())


def test_labels_of_other_rows_are_not_read():
    x, y = noisy(60)
    other = y.copy()
    other[40:] = 0
    trained = []
    for labels in (y, other):
        data = make_data({"a": x}, {"c": labels})
        torch.manual_seed(0)
        encoder = make_method(data).encoders["a"]
        torch.manual_seed(1)
        trained.append(train_supervised(encoder, data, torch.arange(40), "c", steps=5, batch_size=16))
    for a, b in zip(*(t.parameters() for t in trained), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(("label", "values"), [("colour", [0, 1] * 10), ("c", np.linspace(0, 1, 20)), ("c", [1] * 20)])
def test_labels_that_cannot_be_learnt_are_refused(label, values):
    data = make_data({"a": torch.randn(20, 1, 4)}, {"c": values})
    with pytest.raises(UserError, match="label"):
        train_supervised(make_method(data).encoders["a"], data, torch.arange(20), label, steps=1)
