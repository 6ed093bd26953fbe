"""Standard scores and ridge regression against scikit-learn, far from 0 and in both shapes."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from coview.evaluate.least_squares import LeastSquares
from coview.evaluate.standard import standardised


@pytest.mark.parametrize("shape", [(40, 7), (12, 30), (20, 20)])
@pytest.mark.parametrize("alpha", [1e-3, 1.0, 100.0])
def test_weights_are_scikit_learns_in_both_shapes(shape, alpha):
    rng = np.random.default_rng(0)
    x, y, other = rng.normal(5, 2, shape), rng.normal(size=(shape[0], 3)), rng.normal(5, 2, (9, shape[1]))
    reference = Ridge(alpha=alpha * len(x)).fit(x, y)
    np.testing.assert_allclose(
        LeastSquares(x, y).predict(other, alpha) + y.mean(0), reference.predict(other), rtol=1e-6, atol=1e-8
    )


def test_sparse_targets_are_as_dense_ones_and_constants_change_nothing():
    rng = np.random.default_rng(1)
    for shape in ((30, 4), (8, 20)):
        x, y = rng.normal(3, 1, shape), np.eye(5)[rng.integers(0, 5, shape[0])]
        expected = LeastSquares(x, y - y.mean(0)).weights(0.1)
        np.testing.assert_allclose(LeastSquares(x, csr_array(y)).weights(0.1), expected, atol=1e-10)
        np.testing.assert_allclose(LeastSquares(x, y + 7).weights(0.1), expected, atol=1e-10)


def test_standard_scores_are_scikit_learns_by_training_rows_alone():
    rng = np.random.default_rng(2)
    train, test = (rng.normal(2, 3, (n, 5)).astype(np.float32) for n in (50, 20))
    scale = StandardScaler().fit(train.astype(np.float64))
    for found, x in zip(standardised(train, test), (train, test), strict=True):
        np.testing.assert_allclose(found, scale.transform(x.astype(np.float64)), rtol=1e-4, atol=1e-5)


def test_float32_rows_far_from_zero_keep_their_mean():
    x = np.full((200_000, 1), 1000.0, np.float32)
    x[::2] += 1
    assert abs(standardised(x)[0].mean(dtype=np.float64)) < 1e-3


def test_features_that_never_move_read_zero_wherever_they_stand():
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.normal(size=(30, 1)), np.full((30, 2), [0.1, 12345.678])], 1).astype(np.float32)
    found, other = standardised(x, x + 1)
    assert found.std(0)[0] == pytest.approx(1, abs=1e-4)
    assert not found[:, 1:].any()
    assert not other[:, 1:].any()
    assert np.isfinite(standardised(np.ones((1, 3), np.float32))[0]).all()
    assert standardised(x, x[:0])[1].shape == (0, 3)
