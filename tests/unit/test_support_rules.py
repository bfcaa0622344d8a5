"""What is at the very edge of a rule about programmes and youth hubs is let through: a lever that touches a little touches something."""

import pytest

from sim.scenario.build import build
from sim.scenario.yaml_text import read_yaml
from tests.unit.broken.programmes import SUPPORT, WHOLE

JETS_WEEKS = "{at_least_weeks: 13, at_most_weeks: {2020-10-05: 40, 2020-12-01: 52}}"
JETS_PLACES = "{2020-10-05: 20, 2020-12-01: 30}"
MINING = "    Mining: {share: 0, vacancies: 9, inflow_per_week: 0}\n    Care: {share: 0.1"

ALLOWED = {
    "jobs that can be filled on the last day alone": {
        "from: 2020-09-02, to: 2022": "from: 2020-11-18, to: 2022",
        "2020-09-02: 4": "2020-11-18: 40",
    },
    "open until the first day": {
        "from: 2020-10-05, to: 2022-09-30": "from: 2019-01-01, to: 2020-07-01",
        JETS_PLACES: "5",
        JETS_WEEKS: "{at_least_weeks: 13}",
    },
    "a place on the last day alone": {JETS_PLACES: "{2020-10-05: 0, 2020-12-31: 1}"},
    "a place but for rounding": {JETS_PLACES: "0.9999999999"},
    "one job on the last day": {"2020-09-02: 4, 2020-11-02: 8": "2020-09-02: 0, 2020-11-18: 10.2"},
    "a course put off from before the run": {
        "from: 2020-07-01, to: 2020-12-31}\n    who": "from: 2020-06-29, to: 2020-12-31}\n    who",
        "every_weeks: 6": "every_weeks: 26",
    },
    "weeks reached on the last day": {JETS_WEEKS: "{at_least_weeks: 131}"},
    "weeks within reach once they are lowered": {JETS_WEEKS: "{at_least_weeks: {2020-10-05: 500, 2020-12-31: 9}}"},
    "weeks that meet on one day": {JETS_WEEKS: "{at_least_weeks: 60, at_most_weeks: {2020-10-05: 40, 2020-12-31: 60}}"},
    "weeks reached by claims alone": {"claimants: {value: 1000, source: A made-up count, confidence: derived}": "claimants: 0"},
    "an area with claims alone": {
        "areas:\n  Town": "areas:\n  Moor: {claimants: 0, claims_per_week: {2020-07-01: 0, 2020-12-31: 1}}\n  Town",
        "jobcentres:\n  North": "jobcentres:\n  Moor: {area: Moor, share: 1, desks: 1}\n  North",
        "areas: [Town]": "areas: [Moor]",
    },
    "an age group that only another area has": {
        "{16-24: 0.2, 25-49: 0.5, 50+: 0.3}": "{16-24: 0, 25-49: 0.7, 50+: 0.3}",
        "areas:\n  Town": "areas:\n  Moor: {claimants: 5, claims_per_week: 0, age_groups: {16-24: 1}}\n  Town",
        "jobcentres:\n  North": "jobcentres:\n  Moor: {area: Moor, share: 1, desks: 1}\n  North",
        "areas: [Town]": "areas: [Town, Moor]",
    },
    "a sector that people retrain into": {
        "    Care: {share: 0.1": MINING,
        "[Hospitality, Other]": "[Mining]",
        "to: {Care: 0.9,": "to: {Mining: 0.9,",
    },
    "nobody is referred": {"referral_at_review: 0.03": "referral_at_review: 0"},
    "nobody agrees to go": {"take_up: {value: 0.6, low: 0.4, high: 0.8, confidence: assumption}": "take_up: 0"},
    "nobody claims again": {"returns: {share: 0.2": "returns: {share: 0"},
    "nobody waits": {"longest_wait_days: 60": "longest_wait_days: 0"},
    "series from the opening": {"applied_per_week: {2020-09-02: 4": "applied_per_week: {2020-08-30: 4"},
    "two hubs that share the young out": {
        "pools:\n": "  Second hub: {temporary: {opens: 2020-09-01}, takes_young_from: {Town: 0.6}, desks: 1}\npools:\n",
    },
    "recruits posted to a hub": {"to: {North: 2, Annexe: 1}": "to: {North: 2, Hub: 1}"},
    "programmes alone": {SUPPORT[: SUPPORT.index("programmes:")]: "\n", "who: {sectors: [Hospitality, Other]}": "who: {}",
                         "    retraining: {share: 0.7, to: {Care: 0.9, Other: 0.1}}\n": ""},
}  # fmt: skip


@pytest.mark.parametrize("edits", ALLOWED.values(), ids=ALLOWED)
def test_is_let_through(edits):
    text = WHOLE
    for old, new in edits.items():
        assert text.count(old) == 1, f"an edit must say where: {old}"
        text = text.replace(old, new)
    assert build(read_yaml(text, "text")).programmes
