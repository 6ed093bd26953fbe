import pytest
from hypothesis import given
from hypothesis import strategies as st

from coview.papers.verdict import Outcome, judge, mean_ranks, together

HOLDS, UNDECIDED, FAILS = Outcome.HOLDS, Outcome.UNDECIDED, Outcome.FAILS


@pytest.mark.parametrize(
    ("differences", "outcome"),
    [
        ([0.1, 0.2, 0.3], HOLDS),  # mean 0.2, deviation 0.1
        ([-0.1, -0.2, -0.3], FAILS),
        ([0.1, 0.2, -0.01], UNDECIDED),  # a seed of the other sign
        ([0.01, 0.01, 0.5], UNDECIDED),  # mean 0.173, deviation 0.283
        ([0.0, 0.2, 0.2], UNDECIDED),  # no difference is no sign
        ([0.1, 0.1, 0.1], HOLDS),
    ],
)
def test_sign_and_spread_decide(differences, outcome):
    assert judge(differences) is outcome


def test_a_margin_lets_a_claim_to_match_hold_where_it_falls_short_by_less():
    assert judge([-0.004, -0.002, -0.003], margin=0.01) is HOLDS
    assert judge([-0.004, -0.002, -0.003]) is FAILS


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8))
def test_swapping_the_arms_swaps_the_outcome(differences):
    mirror = {HOLDS: FAILS, FAILS: HOLDS, UNDECIDED: UNDECIDED}
    assert judge([-d for d in differences]) is mirror[judge(differences)]


def test_one_seed_is_refused():
    with pytest.raises(ValueError, match="two seeds"):
        judge([0.1])


@pytest.mark.parametrize(
    ("parts", "whole"),
    [([HOLDS, HOLDS], HOLDS), ([HOLDS, UNDECIDED], UNDECIDED), ([HOLDS, FAILS], FAILS), ([UNDECIDED, FAILS], FAILS)],
)
def test_a_claim_holds_where_all_its_comparisons_do(parts, whole):
    assert together(parts) is whole


def test_a_mean_rank_is_the_share_of_the_others_that_an_arm_is_ahead_of():
    scores = [[0.9, 0.5, 0.1], [10.0, 30.0, 30.0]]  # first, second, third; last, and two level with each other
    assert mean_ranks(scores) == pytest.approx([(1 + 0) / 2, (0.5 + 0.75) / 2, (0 + 0.75) / 2])
    with pytest.raises(ValueError, match="no rank"):
        mean_ranks([[0.3]])
