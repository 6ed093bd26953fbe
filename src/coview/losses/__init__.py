"""One equation a file: pure functions of tensors, with no state and no word about processes.

A loss of relations returns a scalar, the mean over samples, and takes only rows that are there. A per-sample loss
returns `(B,)` and says so. Functions named `*_rows` give a loss for each anchor by itself, for `by_rows` to tile.
All compute in float32, or in float64 where a tensor is float64, autocast or not.
"""

from coview.losses.agreement import masked_agreement
from coview.losses.all_pairs import all_pairs
from coview.losses.binary_contrast import binary_contrast, local_global_rows
from coview.losses.canonical_correlation import canonical_correlation
from coview.losses.chamfer import chamfer, chamfer_distance, squared_distances
from coview.losses.code_diversity import code_diversity
from coview.losses.contextual_position import overlap_prediction, region_discrepancy
from coview.losses.correspondence import best_place, distance_correspondence
from coview.losses.cross_correlation import cross_correlation, cross_correlation_matrix, mixed_cross_correlation
from coview.losses.decoupled_correlation import decoupled_correlation
from coview.losses.discrepancy import discrepancy_margin_rows, edit_discrepancy
from coview.losses.group_contrastive import group_contrastive, group_contrastive_rows
from coview.losses.hierarchical_contrast import instance_contrast, instance_contrast_rows, observation_contrast
from coview.losses.influence_contrast import influence_contrast_rows
from coview.losses.info_nce import info_nce, info_nce_rows, symmetric_info_nce
from coview.losses.koleo import koleo, koleo_rows
from coview.losses.latent_regression import latent_regression
from coview.losses.margin_contrastive import margin_contrastive, margin_contrastive_rows
from coview.losses.masked_matching import masked_matching
from coview.losses.masked_reconstruction import (
    masked_absolute_error,
    masked_cross_entropy,
    masked_squared_error,
    normalise_patches,
)
from coview.losses.mean_discrepancy import mean_discrepancy
from coview.losses.multi_view_contrastive import weighted_contrastive_rows
from coview.losses.negative_cosine import negative_cosine
from coview.losses.nt_xent import nt_xent, nt_xent_rows
from coview.losses.pairwise_ranking import pairwise_ranking
from coview.losses.poly_view import (
    OneVsRest,
    arithmetic_poly_view,
    arithmetic_poly_view_rows,
    geometric_poly_view,
    geometric_poly_view_rows,
    one_vs_rest,
    sufficient_statistics,
    sufficient_statistics_rows,
)
from coview.losses.sampled_softmax import even_info_nce_rows, sampled_softmax_rows
from coview.losses.scaled_cosine import scaled_cosine_error
from coview.losses.self_distillation import self_distillation, self_distillation_rows
from coview.losses.sigmoid import pairwise_sigmoid, pairwise_sigmoid_rows
from coview.losses.similarity_volume import head_overlap, negative_pressure, similarity_contrast, temporal_variation
from coview.losses.sinkhorn import sinkhorn, sinkhorn_potentials
from coview.losses.soft_assignment import sharpened, student_t_assignment
from coview.losses.spectral_sum import spectral_sum_error
from coview.losses.swapped_prediction import cross_view_cross_entropy, swapped_prediction, swapped_prediction_rows
from coview.losses.symile import symile, symile_all_tuples, symile_rows, symile_shuffles
from coview.losses.vicreg import covariance, invariance, variance, vicreg
from coview.losses.view_graph import edge_error, edge_sparsity, node_orthogonality

__all__ = [
    "OneVsRest",
    "all_pairs",
    "arithmetic_poly_view",
    "arithmetic_poly_view_rows",
    "best_place",
    "binary_contrast",
    "canonical_correlation",
    "chamfer",
    "chamfer_distance",
    "code_diversity",
    "covariance",
    "cross_correlation",
    "cross_correlation_matrix",
    "cross_view_cross_entropy",
    "decoupled_correlation",
    "discrepancy_margin_rows",
    "distance_correspondence",
    "edge_error",
    "edge_sparsity",
    "edit_discrepancy",
    "even_info_nce_rows",
    "geometric_poly_view",
    "geometric_poly_view_rows",
    "group_contrastive",
    "group_contrastive_rows",
    "head_overlap",
    "influence_contrast_rows",
    "info_nce",
    "info_nce_rows",
    "instance_contrast",
    "instance_contrast_rows",
    "invariance",
    "koleo",
    "koleo_rows",
    "latent_regression",
    "local_global_rows",
    "margin_contrastive",
    "margin_contrastive_rows",
    "masked_absolute_error",
    "masked_agreement",
    "masked_cross_entropy",
    "masked_matching",
    "masked_squared_error",
    "mean_discrepancy",
    "mixed_cross_correlation",
    "negative_cosine",
    "negative_pressure",
    "node_orthogonality",
    "normalise_patches",
    "nt_xent",
    "nt_xent_rows",
    "observation_contrast",
    "one_vs_rest",
    "overlap_prediction",
    "pairwise_ranking",
    "pairwise_sigmoid",
    "pairwise_sigmoid_rows",
    "region_discrepancy",
    "sampled_softmax_rows",
    "scaled_cosine_error",
    "self_distillation",
    "self_distillation_rows",
    "sharpened",
    "similarity_contrast",
    "sinkhorn",
    "sinkhorn_potentials",
    "spectral_sum_error",
    "squared_distances",
    "student_t_assignment",
    "sufficient_statistics",
    "sufficient_statistics_rows",
    "swapped_prediction",
    "swapped_prediction_rows",
    "symile",
    "symile_all_tuples",
    "symile_rows",
    "symile_shuffles",
    "symmetric_info_nce",
    "temporal_variation",
    "variance",
    "vicreg",
    "weighted_contrastive_rows",
]
