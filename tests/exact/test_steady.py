"""Little's law in the long run, and the Poisson numbers of those who go."""

from dataclasses import replace

import numpy as np

from tests.evidence import failures
from tests.exact.steady import checks, runs
from tests.scenarios import daily


def test_the_long_run_obeys_littles_law_and_what_goes_is_what_comes():
    """12 years with 62,000 people, five standard errors: a right model fails one of the first four checks in 6e-7, and one of the two
    from batches in 3e-5. A tenth off is caught anywhere but in the dispersion of goings, where it takes two tenths."""
    of = checks()
    assert not failures(of), failures(of)
    for check in of:
        assert check.sees < (0.2 if "variance" in check.what else 0.1), check
        assert check.miss < 3e-5
        assert not replace(check, expected=1.25 * check.expected).holds


def test_people_do_wait_and_reviews_are_late():
    """Else Little's law would be tested on an empty queue."""
    record = runs(1)[0]
    assert daily(record, "waiting").mean() > 30
    assert daily(record, "overdue")[365:].min() > 0 and np.mean(daily(record, "on_list")[365:]) > 20
