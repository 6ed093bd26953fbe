"""What every public loss promises; a new one is picked up here and needs an example of its inputs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from coview import losses

N, D, K = 5, 4, 7
VIEW, VIEWS, MANY = (N, D), (N, 3, D), (K, D)
SEQUENCES = (N, 2, 4, D)
VOLUME = (N, 2, 3, 4)
IN_VOLUME = torch.ones(N, 3, 4, dtype=torch.bool).index_fill(2, torch.tensor([3]), False)
OWN = torch.arange(N)
PARTNER = OWN.roll(1)
OWN_OF_MANY = torch.tensor([0, 1, 2, 0, 1, 2, 3])
PRESENT = torch.tensor([[1, 1, 1], [1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]], dtype=torch.bool)
MASKED = torch.tensor([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0]], dtype=torch.bool)
TOKENS = torch.tensor([[0, 3, 1], [-1, 99, 2], [1, 2, 3], [0, 0, 0], [2, 1, 3]])
SHUFFLES = torch.tensor([[2, 0, 3, 1, 4], [1, 4, 0, 3, 2], [4, 3, 2, 1, 0]])


@dataclass(frozen=True)
class Example:
    """How a loss is called.

    Args:
        shapes: of the tensors it is called with; a scalar is a temperature before its sigmoid, or a weight.
        call: from those tensors to the result.
        over_samples: the result is a mean over samples, the first axis of every `(N, ...)` input: it does not depend on
            their order and is defined for none and for one.
        gradient: whether the result has one.
    """

    shapes: tuple[tuple[int, ...], ...]
    call: Callable[..., Tensor]
    over_samples: bool = False
    gradient: bool = True


def over_samples(*shapes: tuple[int, ...], call: Callable[..., Tensor]) -> Example:
    return Example(shapes, call, over_samples=True)


def poly_view_rows(loss: Callable[..., Tensor]) -> Example:
    def call(views: Tensor, t: Tensor) -> Tensor:
        rows, shared, _ = losses.one_vs_rest(views, PRESENT)
        return loss(*rows, *shared, t.sigmoid())

    return Example((VIEWS, ()), call)


EXAMPLES = {
    "all_pairs": over_samples(VIEWS, call=lambda v: losses.all_pairs(lambda a, b: losses.info_nce(a, b, 0.5), v)),
    "arithmetic_poly_view": over_samples(VIEWS, (), call=lambda v, t: losses.arithmetic_poly_view(v, t.sigmoid())),
    "arithmetic_poly_view_rows": poly_view_rows(losses.arithmetic_poly_view_rows),
    "best_place": Example(
        ((N, 3, D), VIEW), lambda p, v: losses.best_place(p, v, torch.ones(p.shape[:2], dtype=torch.bool))
    ),
    "binary_contrast": over_samples(VIEW, VIEW, call=losses.binary_contrast),
    "canonical_correlation": over_samples(VIEW, VIEW, call=losses.canonical_correlation),
    "chamfer": Example(((2, 4, 3), (2, 5, 3)), losses.chamfer),
    "chamfer_distance": Example(((2, 4, 3), (2, 5, 3)), losses.chamfer_distance),
    "code_diversity": Example(((2, 4),), lambda z: losses.code_diversity(z.softmax(1))),
    "covariance": over_samples(VIEW, call=losses.covariance),
    "cross_correlation": over_samples(VIEW, VIEW, call=losses.cross_correlation),
    "cross_correlation_matrix": over_samples(VIEW, VIEW, call=losses.cross_correlation_matrix),
    "cross_view_cross_entropy": Example(
        (VIEWS, (N, 2, D)), lambda z, q: losses.cross_view_cross_entropy(z, q.softmax(2))
    ),
    "decoupled_correlation": over_samples(VIEW, VIEW, call=lambda a, b: losses.decoupled_correlation(a, b, 3)),
    "discrepancy_margin_rows": Example(
        (VIEW, (N, 2), MANY), lambda z, near, every: losses.discrepancy_margin_rows(z, PARTNER, near, every, 1.0)
    ),
    "distance_correspondence": over_samples(
        VIEW, VIEW, VIEW, (), (), call=lambda a, b, c, s, m: losses.distance_correspondence(a, b, c, s, m)
    ),
    "edge_error": over_samples((N, 3, 3), (N, 3, 3), call=losses.edge_error),
    "edge_sparsity": over_samples((N, 3, 3), call=losses.edge_sparsity),
    "edit_discrepancy": Example(((N, 3),), lambda d: losses.edit_discrepancy(d, torch.arange(1, 4.0).expand(N, 3))),
    "even_info_nce_rows": Example(
        (VIEW, MANY, (K,), ()), lambda a, c, p, t: losses.even_info_nce_rows(a, PARTNER, c, p, t.sigmoid())
    ),
    "geometric_poly_view": over_samples(VIEWS, (), call=lambda v, t: losses.geometric_poly_view(v, t.sigmoid())),
    "geometric_poly_view_rows": poly_view_rows(losses.geometric_poly_view_rows),
    "group_contrastive": Example((MANY, ()), lambda z, t: losses.group_contrastive(z, OWN_OF_MANY, t.sigmoid())),
    "group_contrastive_rows": Example(
        (MANY, ()), lambda z, t: losses.group_contrastive_rows(z[:3], OWN[:3], z, OWN_OF_MANY, t.sigmoid())
    ),
    "head_overlap": Example((VOLUME,), lambda v: losses.head_overlap(v, IN_VOLUME)),
    "info_nce": over_samples(
        VIEW, VIEW, MANY, (), call=lambda a, b, q, t: losses.info_nce(a, b, t.sigmoid(), negatives=q)
    ),
    "influence_contrast_rows": Example(
        (VIEW, (N, 2), MANY),
        lambda z, w, every: losses.influence_contrast_rows(
            z, PARTNER, w.sigmoid(), OWN, every, torch.ones(K, dtype=torch.bool), torch.arange(K), 0.5
        ),
    ),
    "info_nce_rows": Example((VIEW, MANY, ()), lambda a, c, t: losses.info_nce_rows(a, PARTNER, c, t.sigmoid())),
    "instance_contrast": over_samples(
        SEQUENCES, call=lambda z: losses.instance_contrast(z, torch.ones(len(z), 4, dtype=torch.bool))
    ),
    "instance_contrast_rows": Example(
        (SEQUENCES,), lambda z: losses.instance_contrast_rows(z[:2], OWN[:2], z, torch.ones(N, 4, dtype=torch.bool))
    ),
    "invariance": over_samples(VIEW, VIEW, call=losses.invariance),
    "koleo": over_samples(VIEW, call=losses.koleo),
    "koleo_rows": Example((VIEW,), lambda z: losses.koleo_rows(z[:3], OWN[:3], z)),
    "latent_regression": Example((VIEWS, VIEWS), lambda p, t: losses.latent_regression(p, t, MASKED, beta=0.7)),
    "local_global_rows": Example((VIEW, MANY), lambda z, w: losses.local_global_rows(z, PARTNER, w)),
    "margin_contrastive": Example((MANY,), lambda z: losses.margin_contrastive(z, OWN_OF_MANY, margin=1.5)),
    "margin_contrastive_rows": Example(
        (MANY,), lambda z: losses.margin_contrastive_rows(z[:3], OWN_OF_MANY[:3], z, OWN_OF_MANY, 1.5, 2)
    ),
    "masked_absolute_error": Example((VIEWS, VIEWS), lambda p, t: losses.masked_absolute_error(p, t, MASKED)),
    "masked_agreement": Example((VIEWS, VIEWS), lambda a, b: losses.masked_agreement(a, b, MASKED)),
    "masked_cross_entropy": Example((VIEWS,), lambda z: losses.masked_cross_entropy(z, TOKENS, MASKED)),
    "masked_matching": Example((VIEWS, VIEWS), lambda p, t: losses.masked_matching(p, t, MASKED, temperature=0.5)),
    "masked_squared_error": Example((VIEWS, VIEWS), lambda p, t: losses.masked_squared_error(p, t, MASKED)),
    "mean_discrepancy": Example((VIEW, MANY), losses.mean_discrepancy),
    "mixed_cross_correlation": Example(
        (VIEW, VIEW, VIEW, ()), lambda m, a, b, s: losses.mixed_cross_correlation(m, a, b, PARTNER, s.sigmoid())
    ),
    "negative_cosine": over_samples(VIEW, VIEW, call=losses.negative_cosine),
    "negative_pressure": over_samples(VIEW, call=losses.negative_pressure),
    "node_orthogonality": over_samples(VIEWS, call=losses.node_orthogonality),
    "normalise_patches": Example((VIEWS,), losses.normalise_patches),
    "nt_xent": over_samples(VIEW, VIEW, (), call=lambda a, b, t: losses.nt_xent(a, b, t.sigmoid())),
    "nt_xent_rows": Example((VIEW, ()), lambda z, t: losses.nt_xent_rows(z[:3], PARTNER[:3], z, OWN[:3], t.sigmoid())),
    "observation_contrast": Example(
        (SEQUENCES,), lambda z: losses.observation_contrast(z, torch.ones(N, 4, dtype=torch.bool))
    ),
    "one_vs_rest": Example((VIEWS,), lambda v: losses.one_vs_rest(v, PRESENT).rows[1]),
    "overlap_prediction": Example(
        ((N, 2, K), (N, 2, K)), lambda a, b: losses.overlap_prediction(a.sigmoid(), b.sigmoid())
    ),
    "pairwise_ranking": Example((VIEW, VIEW), losses.pairwise_ranking),
    "pairwise_sigmoid": over_samples(VIEW, VIEW, (), (), call=losses.pairwise_sigmoid),
    "pairwise_sigmoid_rows": Example(
        (VIEW, MANY, (), ()), lambda a, c, s, b: losses.pairwise_sigmoid_rows(a, PARTNER, c, s, b)
    ),
    "region_discrepancy": Example((VIEWS,), losses.region_discrepancy),
    "sampled_softmax_rows": Example(
        (VIEW, MANY, (K,), ()),
        lambda q, x, p, t: losses.sampled_softmax_rows(q, PARTNER, x, torch.arange(K), p, t.sigmoid()),
    ),
    "scaled_cosine_error": Example((VIEWS, VIEWS), losses.scaled_cosine_error),
    "self_distillation": over_samples(
        VIEWS, call=lambda s: losses.self_distillation(s, torch.linspace(-1, 1, len(s) * 2 * D).view(-1, 2, D).sin())
    ),
    "self_distillation_rows": Example(
        (VIEWS,), lambda s: losses.self_distillation_rows(s, torch.linspace(-1, 1, N * 2 * D).view(N, 2, D))
    ),
    "sharpened": Example((MANY,), lambda z: losses.sharpened(z.softmax(1)), gradient=False),
    "similarity_contrast": Example(((N, N),), losses.similarity_contrast),
    "sinkhorn": Example((MANY,), losses.sinkhorn, gradient=False),
    "sinkhorn_potentials": Example((MANY,), losses.sinkhorn_potentials, gradient=False),
    "spectral_sum_error": Example(((N, 2, 3, D), (N, 2, 3, D)), losses.spectral_sum_error),
    "student_t_assignment": Example((VIEW, (3, D)), losses.student_t_assignment),
    "sufficient_statistics": over_samples(VIEWS, (), call=lambda v, t: losses.sufficient_statistics(v, t.sigmoid())),
    "sufficient_statistics_rows": poly_view_rows(losses.sufficient_statistics_rows),
    "swapped_prediction": over_samples(
        VIEWS, (N, 2, D), call=lambda z, q: losses.swapped_prediction(z, q.softmax(2), 0.5)
    ),
    "swapped_prediction_rows": Example(
        (VIEWS, (N, 2, D)), lambda z, q: losses.swapped_prediction_rows(z, q.softmax(2), 0.5)
    ),
    "symile": Example((VIEW, VIEW, VIEW, ()), lambda a, b, c, t: losses.symile([a, b, c], SHUFFLES, t.sigmoid())),
    "symile_all_tuples": over_samples(
        VIEW, VIEW, VIEW, (), call=lambda a, b, c, t: losses.symile_all_tuples([a, b, c], t.sigmoid())
    ),
    "symile_rows": Example((VIEW, VIEW, MANY, ()), lambda a, p, s, t: losses.symile_rows(a, p, OWN, s, t.sigmoid())),
    "symmetric_info_nce": over_samples(
        VIEW, VIEW, (), call=lambda a, b, t: losses.symmetric_info_nce(a, b, t.sigmoid())
    ),
    "temporal_variation": Example((VOLUME,), lambda v: losses.temporal_variation(v, IN_VOLUME)),
    "variance": over_samples(VIEW, call=losses.variance),
    "vicreg": over_samples(VIEW, VIEW, call=losses.vicreg),
    "weighted_contrastive_rows": Example(
        (VIEW, VIEW, MANY, ()),
        lambda a, b, c, t: losses.weighted_contrastive_rows(
            a, b, OWN, c, OWN_OF_MANY, torch.arange(K) % 3, torch.linspace(0.1, 1, 3), t.sigmoid()
        ),
    ),
}
# the teacher of this one is made up inside its example, in sample order
IN_ORDER = {"self_distillation"}
NOT_EQUATIONS = {"OneVsRest": "a layout", "squared_distances": "a part", "symile_shuffles": "a draw"}

DIFFERENTIABLE = sorted(name for name, example in EXAMPLES.items() if example.gradient)
OVER_SAMPLES = sorted(name for name, example in EXAMPLES.items() if example.over_samples)


def inputs(example: Example, dtype: torch.dtype = torch.float64, scale: float = 1.0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    made = [torch.randn(shape, dtype=torch.float64, generator=generator) for shape in example.shapes]
    return [(x * scale if x.ndim else x).to(dtype).requires_grad_() for x in made]


def test_every_public_name_has_an_example() -> None:
    assert set(losses.__all__) == set(EXAMPLES) | set(NOT_EQUATIONS)


def test_every_equation_is_public() -> None:
    helpers = {"coview.losses.parts", "coview.losses.precision"}
    modules = {m.name for m in pkgutil.iter_modules(losses.__path__, "coview.losses.")} - helpers
    found = {
        name
        for module in map(importlib.import_module, modules)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert found <= set(losses.__all__)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_names_its_source(name: str) -> None:
    docs = {other: inspect.getdoc(getattr(losses, other)) or "" for other in EXAMPLES}
    has_link = "https://" in docs[name]
    names_one_that_has = any("https://" in docs[other] for other in EXAMPLES if f"`{other}`" in docs[name])
    assert has_link or names_one_that_has


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradient_is_the_derivative(name: str) -> None:
    example = EXAMPLES[name]
    torch.autograd.gradcheck(example.call, inputs(example))


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - set(DIFFERENTIABLE)))
def test_has_no_gradient_where_it_says_so(name: str) -> None:
    example = EXAMPLES[name]
    assert not example.call(*inputs(example)).requires_grad


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_keeps_float64_and_raises_bfloat16_to_float32(name: str) -> None:
    example = EXAMPLES[name]
    assert example.call(*inputs(example)).dtype == torch.float64
    assert example.call(*inputs(example, torch.bfloat16)).dtype == torch.float32


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_autocast_changes_nothing(name: str) -> None:
    example = EXAMPLES[name]
    plain = example.call(*inputs(example, torch.float32))
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(example.call(*inputs(example, torch.float32)), plain)


@pytest.mark.parametrize("scale", [6e4, 1e-6, 1e-30, 0.0])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_huge_and_tiny_inputs_stay_finite(name: str, dtype: torch.dtype, scale: float) -> None:
    example = EXAMPLES[name]
    given = [x.detach().clamp(-65504, 65504).to(dtype).float().requires_grad_() for x in inputs(example, scale=scale)]
    result = example.call(*(x.to(dtype) for x in given))
    assert result.isfinite().all()
    if example.gradient and dtype == torch.bfloat16:  # float16 gradients may overflow: a gradient scaler's business
        result.sum().backward()
        assert all(x.grad is None or x.grad.isfinite().all() for x in given)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_leaves_its_inputs_alone(name: str) -> None:
    example = EXAMPLES[name]
    given = inputs(example)
    before = [x.detach().clone() for x in given]
    example.call(*given)
    assert all(torch.equal(x, y) for x, y in zip(given, before, strict=True))


@pytest.mark.parametrize("name", sorted(set(OVER_SAMPLES) - IN_ORDER))
def test_order_of_samples_does_not_matter(name: str) -> None:
    example = EXAMPLES[name]
    given = inputs(example)
    order = torch.tensor([3, 0, 4, 2, 1])
    reordered = [x[order] if x.ndim and len(x) == N else x for x in given]
    torch.testing.assert_close(example.call(*reordered), example.call(*given))


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("name", OVER_SAMPLES)
def test_no_sample_and_one_sample_are_defined(name: str, n: int) -> None:
    example = EXAMPLES[name]
    given = inputs(example)
    few = [x[:n] if x.ndim and len(x) == N else x for x in given]
    result = example.call(*few)
    assert result.isfinite().all()
    if n == 0:
        assert (result == 0).all()
    if result.requires_grad:
        result.sum().backward()
        assert all(x.grad is None or x.grad.isfinite().all() for x in given)
