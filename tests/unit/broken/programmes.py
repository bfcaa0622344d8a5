"""Ways to break the small scenario with a youth hub, programmes, a labour market and costs, and the message that each must give."""

from __future__ import annotations

from pathlib import Path

from tests.unit.broken.table import Broken

SMALL = (Path(__file__).parents[1] / "small.yaml").read_text(encoding="utf-8")

HUB = """\
  Hub:
    temporary: {announced: 2020-07-20, opens: 2020-08-03}
    takes_young_from: {Town: 0.4}
    coaches_from: {North: 1}
    desks: 3

pools:
"""

MEETING = """\
  youth_hub_meeting: {minutes: 20, priority: 3, every_weeks: {1: 1}, missed: 0.05}

service:
"""

SUPPORT = """\

returns: {share: 0.2, mean_weeks: 20}

labour_market:
  sectors:
    Hospitality: {share: 0.3, vacancies: 40, inflow_per_week: {2020-07-01: 5, 2020-10-01: 8}}
    Care: {share: 0.1, vacancies: 60, inflow_per_week: 10}
    Other: {share: 0.6, vacancies: 100, inflow_per_week: 20}
  elasticity: 0.5
  reference_tightness: 0.4
  others_hiring_monthly_rate: 0.5
  lapsing_monthly_rate: 0.05

programmes:
  Kickstart:
    open: {from: 2020-09-02, to: 2022-03-31}
    who: {age_groups: [16-24], areas: [Town]}
    supply: {jobs: {applied_per_week: {2020-09-02: 4, 2020-11-02: 8}, days_to_approve: 14, days_to_advertise: 29, filled_at_most: 0.69}}
    referral_at_review: 0.1
    take_up: {value: 0.6, low: 0.4, high: 0.8, confidence: assumption}
    weeks: 26
    contact_goes_on: false
    into_work_at_end: 0.5
    cost_per_start: 7000
  JETS:
    open: {from: 2020-10-05, to: 2022-09-30}
    who: {at_least_weeks: 13, at_most_weeks: {2020-10-05: 40, 2020-12-01: 52}}
    supply: {places: {2020-10-05: 20, 2020-12-01: 30}}
    priority: 2
    referral_at_review: 0.05
    weeks: 26
    contact_goes_on: true
    job_entry_while_on_it: 1.25
  Academy:
    open: {from: 2020-07-01, to: 2020-12-31}
    who: {sectors: [Hospitality, Other]}
    supply: {intakes: {every_weeks: 6, places: 8}}
    referral_at_review: 0.03
    queue: {order: longest_on_claim, withdrawing_monthly_rate: 0.2, longest_wait_days: 60}
    weeks: 6
    length: uniform
    drop_out_monthly_rate: 0.1
    contact_goes_on: false
    retraining: {share: 0.7, to: {Care: 0.9, Other: 0.1}}

costs: {coach_per_year: 35000, trainee_per_year: 30000, trainer_per_year: 40000, desk_per_year: 5000, youth_hub_opening: 50000}
"""


def _edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"an edit must say where: {old}"
    return text.replace(old, new)


WHOLE = _edited(_edited(SMALL, "pools:\n", HUB), "\nservice:\n", MEETING) + SUPPORT
"""A scenario with one of everything."""


def _case(name: str, edits: dict[str, str], *says: str) -> Broken:
    text = WHOLE
    for old, new in edits.items():
        text = _edited(text, old, new)
    return Broken(f"support_{name}", "", text, says)


# fmt: off
CASES = (
    # youth hubs
    _case("hub_takes_from_both", {"    takes_young_from: {": "    takes_from: {North: 0.1}\n    takes_young_from: {"},
        "37:5: jobcentres.Hub.takes_young_from: expected it or takes_from, not both"),
    _case("hub_takes_nobody", {"    takes_young_from: {Town: 0.4}\n": ""},
        "34:3: jobcentres.Hub.takes_from: missing; a temporary jobcentre needs it, or takes_young_from as a youth hub"),
    _case("hub_permanent", {"    share: 0.4\n": "    share: 0.4\n    takes_young_from: {Town: 0.1}\n"},
        "25:5: jobcentres.South St. John's.takes_young_from: unknown key for a permanent jobcentre"),
    _case("hub_area_unknown", {"takes_young_from: {Town: 0.4}": "takes_young_from: {Twon: 0.4}"},
        "36:24: jobcentres.Hub.takes_young_from.Twon: unknown area 'Twon'; did you mean 'Town'?"),
    _case("hubs_take_too_much", {
        "pools:\n": "  Second hub: {temporary: {opens: 2020-09-01}, takes_young_from: {Town: 0.7}, desks: 1}\npools:\n",
    },
        "40:73: jobcentres.Second hub.takes_young_from.Town: expected all shares of the young taken from Town to add up to at "
        "most 1, not 1.1 (Hub, Second hub)"),
    _case("hub_without_its_meeting", {"  youth_hub_meeting: {minutes: 20, priority: 3, every_weeks: {1: 1}, missed: 0.05}\n": ""},
        "51:1: appointments.youth_hub_meeting: missing; the youth hub Hub needs it"),
    _case("meeting_without_hub", {HUB: "pools:\n"},
        "49:3: appointments.youth_hub_meeting: a lever that touches nothing: no jobcentre has takes_young_from, which makes a youth hub"),
    _case("meetings_not_from_week_1", {"every_weeks: {1: 1}, missed": "every_weeks: {3: 1}, missed"},
        "55:62: appointments.youth_hub_meeting.every_weeks: expected the first entry at week 1, the first of the claim"),
    _case("recruits_where_nobody_goes", {"{Town: 0.4}": "{Town: 0}", "to: {North: 2, Annexe: 1}": "to: {North: 2, Hub: 1}"},
        "49:110: coaches.recruitment.autumn.to.Hub: expected a jobcentre that takes a share of people from somewhere, as Hub does not"),
    _case("phone_below_no_contact", {"job_entry:\n": "job_entry:\n  phone_only: 0.9\n"},
        "63:15: job_entry.phone_only: expected at least no_contact, 1, below which nothing goes, not 0.9"),
    _case("named_like_an_area", {"  JETS:\n": "  Town:\n"},
        "90:3: programmes.Town: expected a name that is not that of an area"),
    # dates, names and shares
    _case("open_backwards", {"from: 2020-10-05, to: 2022-09-30": "from: 2020-10-05, to: 2020-10-04"},
        "91:34: programmes.JETS.open.to: expected a date on or after 2020-10-05, not 2020-10-04"),
    _case("supply_of_two_kinds", {"{intakes: {every": "{places: 8, intakes: {every"},
        "102:13: programmes.Academy.supply: expected one of places, jobs and intakes, not places and intakes"),
    _case("supply_of_no_kind", {"{intakes: {every_weeks: 6, places: 8}}": "{}"},
        "102:13: programmes.Academy.supply: expected one of places, jobs and intakes, not none of them"),
    _case("area_unknown", {"areas: [Town]": "areas: [Twon]"},
        "82:40: programmes.Kickstart.who.areas.0: unknown area 'Twon'; did you mean 'Town'?"),
    _case("sector_unknown", {"[Hospitality, Other]": "[Hospitalty, Other]"},
        "101:21: programmes.Academy.who.sectors.0: unknown sector 'Hospitalty'; did you mean 'Hospitality'?"),
    _case("retraining_unknown", {"to: {Care: 0.9,": "to: {Caer: 0.9,"},
        "109:35: programmes.Academy.retraining.to.Caer: unknown sector 'Caer'; did you mean 'Care'?"),
    _case("sectors_without_a_labour_market", {SUPPORT[SUPPORT.index("labour_market:") : SUPPORT.index("programmes:")]: ""},
        "91:11: programmes.Academy.who.sectors: expected a labour_market with these sectors in the scenario",
        "99:30: programmes.Academy.retraining.to: expected a labour_market with these sectors in the scenario"),
    _case("age_group_twice", {"[16-24]": "[16-24, 16-24]"},
        "82:31: programmes.Kickstart.who.age_groups.1: expected each once; '16-24' is there already"),
    _case("area_twice", {"areas: [Town]": "areas: [Town, Town]"},
        "82:46: programmes.Kickstart.who.areas.1: expected each once; 'Town' is there already"),
    _case("sector_twice", {"[Hospitality, Other]": "[Hospitality, Other, Other]"},
        "101:41: programmes.Academy.who.sectors.2: expected each once; 'Other' is there already"),
    _case("elasticity_above_one", {"elasticity: 0.5": "elasticity: 1.5"},
        "74:15: labour_market.elasticity: expected an elasticity from 0 to 1, not 1.5"),
    _case("sector_shares", {"Care: {share: 0.1,": "Care: {share: 0.2,"},
        "70:3: labour_market.sectors: expected shares that add up to 1, not 1.1"),
    _case("retraining_shares", {"Care: 0.9, Other: 0.1": "Care: 0.9, Other: 0.2"},
        "109:34: programmes.Academy.retraining.to: expected shares that add up to 1, not 1.1"),
    _case("series_late_for_the_opening", {"places: {2020-10-05: 20,": "places: {2020-10-06: 20,"},
        "93:22: programmes.JETS.supply.places: expected a first date no later than the day it opens, 2020-10-05, not 2020-10-06"),
    _case("series_late_for_the_run", {"referral_at_review: 0.03": "referral_at_review: {2020-07-02: 0.03}"},
        "103:25: programmes.Academy.referral_at_review: expected a first date no later than the first day, 2020-07-01, not 2020-07-02"),
    # levers that touch nothing
    _case("opens_after_the_run", {"from: 2020-09-02, to": "from: 2021-01-01, to"},
        "81:11: programmes.Kickstart.open: a lever that touches nothing: it is open on no working day of the run, 2020-07-01 "
        "to 2020-12-31, but from 2021-01-01 to 2022-03-31"),
    _case("closes_before_the_run", {"from: 2020-07-01, to: 2020-12-31}\n    who": "from: 2020-01-06, to: 2020-06-30}\n    who"},
        "100:11: programmes.Academy.open: a lever that touches nothing: it is open on no working day of the run, 2020-07-01 to "
        "2020-12-31, but from 2020-01-06 to 2020-06-30"),
    _case("open_on_a_weekend", {"from: 2020-07-01, to: 2020-12-31}\n    who": "from: 2020-07-04, to: 2020-07-05}\n    who"},
        "100:11: programmes.Academy.open: a lever that touches nothing: it is open on no working day of the run, 2020-07-01 to "
        "2020-12-31, but from 2020-07-04 to 2020-07-05"),
    _case("no_places", {"{2020-10-05: 20, 2020-12-01: 30}": "{2020-10-05: 0, 2021-01-01: 30}"},
        "93:22: programmes.JETS.supply.places: a lever that touches nothing: no whole place on any day on which it is open in the run"),
    _case("no_whole_place", {"{2020-10-05: 20, 2020-12-01: 30}": "0.9"},
        "93:22: programmes.JETS.supply.places: a lever that touches nothing: no whole place on any day on which it is open in the run"),
    _case("no_jobs_in_time", {"days_to_approve: 14": "days_to_approve: 92"},
        "83:20: programmes.Kickstart.supply.jobs: a lever that touches nothing: not one job can be filled before it closes or "
        "the run ends"),
    _case("no_jobs_filled", {"filled_at_most: 0.69": "filled_at_most: 0"},
        "83:20: programmes.Kickstart.supply.jobs: a lever that touches nothing: not one job can be filled before it closes or "
        "the run ends"),
    _case("no_places_on_courses", {"places: 8}": "places: {2020-07-01: 0, 2020-12-17: 8}}"},
        "102:48: programmes.Academy.supply.intakes.places: a lever that touches nothing: no whole place in any course that "
        "begins in the run"),
    _case("no_course_in_the_run", {
        "from: 2020-07-01, to: 2020-12-31}\n    who": "from: 2020-06-29, to: 2020-12-31}\n    who",
        "every_weeks: 6,": "every_weeks: 27,",
    },
        "102:23: programmes.Academy.supply.intakes: a lever that touches nothing: no course begins in the run while it is open"),
    _case("nobody_there", {
        "areas:\n  Town": "areas:\n  Moor: {claimants: 0, claims_per_week: 0}\n  Town",
        "jobcentres:\n  North": "jobcentres:\n  Moor: {area: Moor, share: 1, desks: 1}\n  North",
        "areas: [Town]": "areas: [Moor]",
    },
        "84:39: programmes.Kickstart.who.areas: a lever that touches nothing: nobody claims there at the start of the run or during it"),
    _case("nobody_of_the_age", {"{16-24: 0.2, 25-49: 0.5, 50+: 0.3}": "{16-24: 0, 25-49: 0.7, 50+: 0.3}"},
        "82:23: programmes.Kickstart.who.age_groups: a lever that touches nothing: nobody there is of these ages"),
    _case("nobody_from_the_sector", {
        "    Care: {share: 0.1": "    Mining: {share: 0, vacancies: 9, inflow_per_week: 0}\n    Care: {share: 0.1",
        "[Hospitality, Other]": "[Mining]",
    },
        "102:20: programmes.Academy.who.sectors: a lever that touches nothing: nobody last worked there, and no programme leads there"),
    _case("weeks_cross", {"at_least_weeks: 13,": "at_least_weeks: 53,"},
        "92:27: programmes.JETS.who.at_least_weeks: a lever that touches nothing: it is above at_most_weeks on every day on "
        "which the programme is open in the run"),
    _case("weeks_out_of_reach", {"{at_least_weeks: 13, at_most_weeks: {2020-10-05: 40, 2020-12-01: 52}}": "{at_least_weeks: 132}"},
        "92:27: programmes.JETS.who.at_least_weeks: a lever that touches nothing: nobody can have claimed for more than 131 "
        "weeks while it is open in the run"),
)
# fmt: on
