"""Claims are Poisson with the rate of their day and area."""

import numpy as np

from tests.evidence import failures
from tests.exact.arrivals import RATES, checks, claims, dispersion, groups, rates
from tests.exact.statistics import count


def test_claims_of_every_stretch_weekday_and_area_are_as_many_as_expected():
    """26 checks within five standard deviations, known from the law. A right model fails one in 6e-7, and the chi squares of the
    dispersion in up to 3e-6. Rates a third off are caught anywhere, most far sooner; variances half as large again."""
    of = checks()
    assert len(of) == 26 and not failures(of), failures(of)
    assert max(check.sees for check in of if check.expected != 1) < 0.35 and max(check.sees for check in of) < 0.55


def test_days_or_areas_that_go_together_would_be_noticed():
    """Every second claim counted double and the rest not at all makes the variance of a day twice its mean; days that are all like the
    first of their week do so for weeks; areas with the same luck for both together."""
    rng = np.random.default_rng(1)
    in_twos = 2 * rng.binomial(claims(4).astype(int), 0.5)
    assert not dispersion("days", in_twos, rates(), "").holds
    off = (claims(4) - rates()) / np.sqrt(rates())
    like_monday = rates() + np.sqrt(rates()) * np.repeat(off[..., ::7], 7, axis=-1)
    by_week = [of.reshape(*of.shape[:-1], -1, 7).sum(axis=-1) for of in (like_monday, rates())]
    assert not dispersion("weeks", *by_week, "").holds
    together, expected = claims(4)[:, [0, 0]], rates()[[0, 0]]
    assert dispersion("each", together, expected, "").holds
    assert not dispersion("both", together.sum(axis=1), expected.sum(axis=0), "").holds


def test_a_rate_that_begins_late_or_the_wrong_shares_would_be_noticed():
    """A week late, a day late, and with the rates and shares of the other area."""
    counted, replications = claims(4).sum(axis=0), 4
    for wrong in (np.roll(rates(), 7, axis=1), np.roll(rates(), 1, axis=1), rates()[::-1]):
        expected = replications * wrong
        noticed = [what for what, mask in groups().items() if not count(what, expected[mask].sum(), counted[mask].sum(), "").holds]
        assert len(noticed) > len(RATES)
