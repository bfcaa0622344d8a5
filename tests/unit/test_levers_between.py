"""Which levers differ between two scenarios, in which order, and the scenarios on the way from one to the other."""

from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError, fingerprint, load
from sim.scenario.consistency import findings
from sim.scenario.differences import CHANGES_NO_RESULT, differences
from sim.scenario.levers import chain, levers, order_of, with_levers
from sim.scenario.yaml_text import read_yaml
from tests.functional.test_levers import LEVERS, PRICES, SAYS_NOTHING_TO_THE_MODEL, written
from tests.scenarios import RICH, TINY, made, rich, tiny

SCENARIOS = Path(__file__).parents[2] / "scenarios"
REGION = "west_midlands"
HUB = {"temporary": {"opens": "2021-03-01"}, "takes_young_from": {"North": 0.1}, "desks": 1, "coaches": 1}
MEETING = {"minutes": 15, "priority": 3, "every_weeks": {1: 1}, "missed": 0.1}
SHOP = {"temporary": {"opens": "2021-03-01"}, "takes_from": {"Hill": 0.2}, "desks": 2}


def keys(found):
    return [lever.key for lever in found]


def words(found):
    return [lever.words for lever in found]


def refusal(function):
    with pytest.raises(ScenarioError) as caught:
        function()
    return str(caught.value)


def assert_it_leads(steps, base, other):
    """From base to other, each lever in one step, each step its levers and nothing else."""
    assert steps[0].scenario == base and not steps[0].levers
    assert fingerprint(steps[-1].scenario) == fingerprint(other)
    assert (steps[-1].scenario.seed, steps[-1].scenario.replications) == (base.seed, base.replications)
    for before, after in pairwise(steps):
        new = {change.path for lever in after.levers for change in lever.changes}
        assert new and {change.path for change in differences(before.scenario, after.scenario)} == new
    every = [change.path for step in steps for lever in step.levers for change in lever.changes]
    assert sorted(map(str, every)) == sorted(str(change.path) for change in differences(base, other))


# ---- which


@pytest.mark.parametrize(
    "changes, key, said",
    [
        ({"coaches.absence": 0.1}, "coaches.absence", "0 to 0.1"),
        ({"jobcentres.Hill.desks": 12}, "jobcentres.Hill.desks", "10 to 12"),
        ({"areas.North.claimants": 1200}, "areas.North.claimants", "60 to 1,200"),
        ({"claimants.contact_before_start": "suspended"}, "claimants.contact_before_start", "ongoing to suspended"),
        ({"claimants.age_groups": {"16-24": 0.3, "25-49": 0.5, "50+": 0.2}}, "claimants.age_groups", "16-24 0.2 to 0.3, 50+ 0.3 to 0.2"),
        ({"claimants.weeks_on_claim": {"0-3": 0.6, "4+": 0.4}}, "claimants.weeks_on_claim",
         "0-12 0.6, 13-25 0.3, 26+ 0.1 becomes 0-3 0.6, 4+ 0.4"),
        ({"claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0]}, "claimants.by_weekday",
         "0.2, 0.2, 0.2, 0.2, 0.2, 0, 0 becomes 1, 0, 0, 0, 0, 0, 0"),
        ({"appointments.review.every_weeks": {1: 2}}, "appointments.review.every_weeks", "1 1, 14 2 becomes 1 2"),
        ({"coaches.absence": {"2021-02-01": 0, "2021-03-01": 0.2}}, "coaches.absence", "0 becomes 0 from 2021-02-01; 0.2 from 2021-03-01"),
        ({"returns": {"share": 0.4, "mean_weeks": 2}}, "returns", "added"),
        ({"coaches.recruitment": {"autumn": {"starts": "2021-02-08", "coaches": 121}}}, "coaches.recruitment.autumn",
         "added: 121 coaches from 2021-02-08"),
        ({"coaches.recruitment": {"autumn": {"starts": "2021-02-08", "coaches": 1}}}, "coaches.recruitment.autumn",
         "added: 1 coach from 2021-02-08"),
        ({"jobcentres.Shop": SHOP}, "jobcentres.Shop", "added: opens 2021-03-01, 2 desks"),
        ({"pools": {"All": {"channels": ["phone"], "jobcentres": ["Hill", "Shop"]}}, "jobcentres.Shop": SHOP}, "pools.All",
         "added: Hill, Shop"),
        ({"closures": [{"from": "2021-02-10", "to": "2021-02-12", "jobcentres": ["Hill"]}]}, "closures.2021-02-10",
         "added: to 2021-02-12 at Hill"),
        ({"appointments.first_meeting.reserve": {"share": 0.1, "until_days_before": 2}}, "appointments.first_meeting.reserve", "added"),
    ],
)  # fmt: skip
def test_one_change_is_one_lever_with_its_words(changes, key, said):
    found = {lever.key: lever.words for lever in levers(tiny(), tiny(changes))}
    assert found[key] == f"{key}: {said}"
    assert len(found) == len(changes)
    back = {lever.key: lever.words for lever in levers(tiny(changes), tiny())}
    assert set(back) == set(found) and (back[key] == f"{key}: taken away") == said.startswith("added")


def test_every_key_of_the_schema_is_found():
    """The table of tests/functional/test_levers.py has a change for each."""
    base, tried = rich(), 0
    for key, lever in LEVERS.items():
        if key.split(".")[0] not in ("period", "working_days", "closures"):
            other = rich(lever.change)
            found = levers(base, other)
            assert sorted(change.key for lever in found for change in lever.changes) == sorted(lever.change), key
            tried += 1
    assert tried > 70
    doubled = rich({name: 2 * float(written(name)) for name in (key.replace("*", "Help") for key in PRICES)})
    assert set(keys(levers(base, doubled))) == {key.replace("*", "Help") for key in PRICES}


def test_what_changes_no_result_is_no_lever():
    """Names, seeds and places on the map are not; what a promise means is, since measures change."""
    measured = {"appointments.first_meeting.target_working_days"}
    assert set(CHANGES_NO_RESULT) == set(SAYS_NOTHING_TO_THE_MODEL) - measured
    other = rich({key.replace("*", "Hill"): value for key, value in SAYS_NOTHING_TO_THE_MODEL.items()})
    assert keys(levers(rich(), other)) == sorted(measured)


def test_provenance_is_no_lever_yet_the_last_step_has_it():
    told = {"value": 0.1, "low": 0.05, "high": 0.2, "source": "a count", "note": "here", "confidence": "seen"}
    sure = {
        "coaches.absence": told,
        "areas.North.claimants": {"value": 240, "high": 300, "source": "a count"},
        "claimants.age_groups.50+": {"value": 0.3, "note": "n"},
    }
    sure |= {"coaches.recruitment.first.starts": {"value": "2021-03-08", "low": "2021-03-01", "source": "a plan"}}
    base, other = rich(), rich({**sure, "jobcentres.Hill.desks": {"value": 2, "confidence": "policy"}})
    assert keys(levers(base, other)) == ["jobcentres.Hill.desks"]
    assert chain(base, other)[-1].scenario == other
    only = rich(sure)
    assert levers(base, only) == ()
    assert refusal(lambda: chain(base, only)) == "nothing to explain: no lever differs between 'rich' and 'rich'"


def test_an_earlier_announcement_is_a_lever():
    dated = {"2021-02-01": 0.3, "2021-03-15": 0.9}
    base = rich({"service.face_to_face_share": dated})
    other = rich({"service.face_to_face_share": {**dated, "2021-03-15": {"value": 0.9, "announced": "2021-03-01"}}})
    said = "0.3 from 2021-02-01; 0.9 from 2021-03-15 becomes 0.3 from 2021-02-01; 0.9 from 2021-03-15, announced 2021-03-01"
    assert words(levers(base, other)) == [f"service.face_to_face_share: {said}"]


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"areas.*.claims_per_week": "+10%"}, "areas.*.claims_per_week: +10%"),
        ({"areas.North.claims_per_week": "+10%"}, "areas.North.claims_per_week: 30 to 33"),
        ({"areas.North.claims_per_week": 33, "areas.South.claims_per_week": 15.75},
         "areas.*.claims_per_week: North 30 to 33, South 15 to 15.75"),
        ({"jobcentres.*.desks": "+1"}, "jobcentres.*.desks: +1"),
        ({"jobcentres.*.desks": 3}, "jobcentres.*.desks: by +400% to +900%"),
        ({"jobcentres.Hill.desks": "+50%", "jobcentres.Dale.desks": "+50%"}, "jobcentres.*.desks: +50% at Dale and Hill"),
        ({"jobcentres.*.coaches": "-20%", "jobcentres.Yard.coaches": 2, "jobcentres.Shop.coaches": 0.7},
         "jobcentres.*.coaches: by -20% to +40% at 4 of 5"),
        ({"jobcentres.*.temporary.opens": "2021-03-16"},
         "jobcentres.*.temporary.opens: Shop 2021-03-15 to 2021-03-16, Yard 2021-03-09 to 2021-03-16"),
        ({"programmes.*.open.to": "2021-04-19"},
         "programmes.*.open.to: Kick 2021-04-11 to 2021-04-19, Help 2021-04-18 to 2021-04-19, "
         "Course 2021-04-16 to 2021-04-19"),
        ({"coaches.recruitment.first.starts": "2021-03-10", "coaches.recruitment.second.starts": "2021-03-04"},
         "coaches.recruitment.*.starts: 2 days later"),
        ({"programmes.*.contact_goes_on": True}, "programmes.*.contact_goes_on: false to true at Kick and Course"),
    ],
)  # fmt: skip
def test_the_same_key_in_several_entries_is_one_lever(changes, said):
    base = rich()
    other = base.change(changes)
    (lever,) = levers(base, other)
    assert lever.words == said and lever.key == said.split(":")[0]
    assert_it_leads(chain(base, other), base, other)


def test_a_series_in_words_is_short():
    days = [f"2021-02-{day:02d}" for day in range(1, 28)]
    flat = tiny({"areas.North.claims_per_week": {day: 10 + n for n, day in enumerate(days)}})
    more = flat.change({"areas.North.claims_per_week": "+10%"})
    assert words(levers(flat, more)) == ["areas.North.claims_per_week: +10%"]
    uneven = tiny({"areas.North.claims_per_week": {day: 20 + n for n, day in enumerate(days)}})
    assert words(levers(flat, uneven)) == ["areas.North.claims_per_week: +10"]
    other = tiny({"areas.North.claims_per_week": {day: 12 + 3 * n for n, day in enumerate(days)}})
    assert words(levers(flat, other)) == ["areas.North.claims_per_week: by +20% to +150%"]
    assert words(levers(flat, tiny({"areas.North.claims_per_week": dict.fromkeys(days[:9], 5)}))) == [
        "areas.North.claims_per_week: 27 values by date become 9 others"
    ]


def test_runs_over_other_days_cannot_be_explained():
    says = refusal(lambda: levers(rich(), rich({"name": "longer", "period.to": "2021-04-26", "working_days": "scotland"})))
    assert says.splitlines() == [
        "period.to: cannot pair runs: 'longer' has 2021-04-26, 'rich' 2021-04-25",
        "working_days: cannot pair runs: 'longer' has scotland, 'rich' england_and_wales",
    ]


def test_names_may_hold_dots():
    base = {**TINY, "jobcentres": {**TINY["jobcentres"], "St. Ann's.coaches": SHOP}}
    other = {**base, "jobcentres": {**base["jobcentres"], "St. Ann's.coaches": {**SHOP, "desks": 3}, "St. Ann's": SHOP}}
    one, two = made(base), made(other)
    found = levers(one, two)
    assert {change.path for lever in found for change in lever.changes} == {
        ("jobcentres", "St. Ann's.coaches", "desks"),
        ("jobcentres", "St. Ann's"),
    }
    assert_it_leads(chain(one, two, order=["jobcentres.St. Ann's.coaches.desks"]), one, two)


def test_closures_go_by_their_first_day():
    easter, flood = {"from": "2021-04-14", "to": "2021-04-15", "jobcentres": ["Moor"]}, {"from": "2021-03-10", "to": "2021-03-10"}
    base = rich({"closures": [easter, flood, {**flood, "jobcentres": ["Hill"]}]})
    other = rich({"closures": [{**flood, "to": "2021-03-12"}, easter, {"from": "2021-02-15", "to": "2021-02-15"}]})
    assert words(levers(base, other)) == [
        "closures.2021-03-10.to: 2021-03-10 to 2021-03-12",
        "closures.2021-03-10 (2): taken away",
        "closures.2021-02-15: added: to 2021-02-15",
    ]
    assert_it_leads(chain(base, other), base, other)


# ---- order and groups


def test_without_a_file_the_order_is_that_of_the_schema_and_of_the_names():
    other = rich(
        {
            "costs.desk_per_year": 1,
            "programmes.Course": None,
            "programmes.Kick.take_up": 0.5,
            "coaches.absence": 0,
            "areas.South.claimants": 100,
        }
    )
    expected = ["areas.South.claimants", "coaches.absence", "programmes.Kick.take_up", "programmes.Course", "costs.desk_per_year"]
    assert keys(levers(rich(), other)) == expected


@pytest.fixture
def files(tmp_path):
    """Writes scenario files, and gives the levers between two of them in the order of the second."""

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        base, other = (load(tmp_path / f"{name}.yaml") for name in (next(iter(texts)), next(reversed(texts))))
        return base, other, order_of(tmp_path / f"{next(reversed(texts))}.yaml")

    return write


TOWN = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")


def test_the_order_is_that_of_the_file(files):
    base, other, order = files(
        town=TOWN,
        other="extends: town.yaml\ncoaches:\n  recruitment: null\n  absence: 0.2\n"
        "jobcentres:\n  Annexe: null\n  North: {desks: 9, coaches: 7}\nareas: {Town: {claimants: 900}}\npools: null\n",
    )
    assert keys(levers(base, other, written=order)) == [
        "coaches.recruitment.autumn",
        "coaches.absence",
        "jobcentres.Annexe",
        "jobcentres.North.desks",
        "jobcentres.North.coaches",
        "areas.Town.claimants",
        "pools.By phone",
    ]


def test_what_is_extended_comes_first_and_a_key_stands_where_it_was_written_last(files):
    base, other, order = files(
        town=TOWN,
        middle="extends: town.yaml\nservice: {opening_minutes: 300}\n"
        "coaches: {absence: 0.2, recruitment: {spring: {starts: 2020-11-02, coaches: 2}}}\n",
        other="extends: middle.yaml\njob_entry: {no_contact: 0.9}\n"
        "coaches: {recruitment: {spring: {coaches: 3}}}\nservice: {opening_minutes: 400}\n",
    )
    found = levers(base, other, written=order)
    assert keys(found) == ["coaches.absence", "coaches.recruitment.spring", "job_entry.no_contact", "service.opening_minutes"]
    assert found[1].words == "coaches.recruitment.spring: added: 3 coaches from 2020-11-02"


def test_of_a_map_that_is_written_in_part_only_what_differs_counts(files):
    base, other, order = files(
        town=TOWN, other="extends: town.yaml\ncoaches: {absence: 0.2}\nclaimants:\n  age_groups: {16-24: 0.21, 50+: 0.29}\n"
    )
    assert keys(levers(base, other, written=order)) == ["coaches.absence", "claimants.age_groups"]


def test_closures_are_found_in_their_file(files):
    shut = "closures: [{from: 2020-09-01, to: 2020-09-01}, {from: 2020-08-03, to: 2020-08-04}]\n"
    base, other, order = files(
        town=TOWN,
        middle=f"extends: town.yaml\n{shut}coaches: {{absence: 0.2}}\n",
        other="extends: middle.yaml\nclosures: [{from: 2020-08-03, to: 2020-08-05}, {from: 2020-07-15, to: 2020-07-15}]\n",
    )
    assert ("closures", "2020-09-01") not in order
    found = keys(levers(base, other, written=order))
    assert found == ["coaches.absence", "closures.2020-12-28", "closures.2020-08-03", "closures.2020-07-15"], (
        "the one taken away goes first"
    )


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    assert "goes round in a circle" in refusal(lambda: order_of(tmp_path / "a.yaml"))
    assert "cannot be read" in refusal(lambda: order_of(tmp_path / "c.yaml"))


CHANGED = {
    "jobcentres.Hill.desks": 2,
    "jobcentres.Dale.desks": 2,
    "jobcentres.Shop.takes_from": {"Dale": 0.3, "Hill": 0.3},
    "jobcentres.Dale.coaches": 2,
    "coaches.recruitment.first.coaches": 5,
    "coaches.absence": 0,
    "service.desks_usable": 1,
}
DESKS, SHOP_TAKES, DALE, RECRUITS = (
    "jobcentres.*.desks",
    "jobcentres.Shop.takes_from",
    "jobcentres.Dale.coaches",
    "coaches.recruitment.first.coaches",
)


@pytest.mark.parametrize(
    "order, expected",
    [
        ([], [DALE, DESKS, SHOP_TAKES, "coaches.absence", RECRUITS, "service.desks_usable"]),
        (["service", RECRUITS], ["service.desks_usable", RECRUITS, DALE, DESKS, SHOP_TAKES, "coaches.absence"]),
        (["coaches", "jobcentres.*.coaches"], ["coaches.absence", RECRUITS, DALE, DESKS, SHOP_TAKES, "service.desks_usable"]),
        (["coaches.*", "jobcentres.Hill"],
         ["coaches.absence", RECRUITS, "jobcentres.Hill.desks", DALE, "jobcentres.Dale.desks", SHOP_TAKES, "service.desks_usable"]),
        (["jobcentres.Dale.desks", "service.desks_usable", DESKS],
         ["jobcentres.Dale.desks", "service.desks_usable", "jobcentres.Hill.desks", DALE, SHOP_TAKES, "coaches.absence", RECRUITS]),
    ],
)  # fmt: skip
def test_an_order_that_is_asked_for_wins(order, expected):
    base, other = rich(), rich(CHANGED)
    assert keys(levers(base, other, order=order)) == expected
    assert_it_leads(chain(base, other, order=order), base, other)


def test_groups_are_one_lever_each_and_the_rest_stays_single():
    base, other = rich(), rich(CHANGED)
    groups = {"sites": ["jobcentres.*.desks", "service"], "people": ["coaches.*", "jobcentres.Dale"]}
    found = levers(base, other, groups=groups)
    assert keys(found) == ["people", "sites", SHOP_TAKES], "each where its first key stands"
    assert found[1].words == "sites: jobcentres.*.desks: Dale 0.4 to 2, Hill 0.6 to 2; service.desks_usable: 0.8 to 1"
    assert [change.key for change in found[0].changes] == [DALE, "coaches.absence", RECRUITS]
    assert keys(levers(base, other, groups=groups, order=["jobcentres", "people"])) == [SHOP_TAKES, "people", "sites"]
    misnamed = chain(base, other, groups={DALE: ["coaches"]}, order=[SHOP_TAKES])
    assert [keys(step.levers) for step in misnamed[1:]] == [[SHOP_TAKES], [DALE], ["jobcentres.*.desks"], [DALE], ["service.desks_usable"]]
    steps = chain(base, other, groups=groups)
    assert [keys(step.levers) for step in steps] == [[], ["people"], ["sites"], [SHOP_TAKES]]
    assert_it_leads(steps, base, other)


@pytest.mark.parametrize(
    "asked, says",
    [
        ({"order": ["coaches.absense"]},
         "order: coaches.absense: not among what differs between the two scenarios; did you mean 'coaches.absence'?"),
        ({"order": ["coaches.minutes_per_day"]}, "order: coaches.minutes_per_day: not among what differs between the two scenarios"),
        ({"order": ["jobcentres.Shop.takes_from.Dale"]}, "between the two scenarios; did you mean 'jobcentres.Shop.takes_from'?"),
        ({"order": ["coaches", "coaches.absence"]}, "order: coaches.absence: is already taken by a key or group before it"),
        ({"order": ["peple"], "groups": {"people": ["coaches"]}},
         "order: peple: not among what differs between the two scenarios; did you mean 'people'?"),
        ({"order": ["people", "people"], "groups": {"people": ["coaches"]}}, "order: people: comes twice"),
        ({"groups": {"people": ["coaches"], "staff": ["coaches.absence"]}},
         "group staff: coaches.absence: is already taken by a key or group before it"),
        ({"groups": {"people": ["coach"]}}, "group people: coach: not among what differs between the two scenarios"),
        ({"groups": {"people": []}}, "group people: expected at least one key"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_refused_with_the_nearest(asked, says):
    assert says in refusal(lambda: levers(rich(), rich(CHANGED), **asked))


def test_every_wrong_key_is_told_at_once():
    assert len(refusal(lambda: levers(rich(), rich(CHANGED), order=["one", "two"], groups={"g": ["three"]})).splitlines()) == 3


# ---- on the way


def test_levers_that_need_one_another_go_together_and_others_keep_their_places():
    """A youth hub without its meeting is no valid scenario, nor the meeting without a hub; absence has nothing to do with it."""
    base = tiny()
    other = tiny({"jobcentres.Hub": HUB, "jobcentres.Other hub": HUB, "coaches.absence": 0.1, "appointments.youth_hub_meeting": MEETING})
    steps = chain(base, other)
    meeting = "appointments.youth_hub_meeting"
    assert [keys(step.levers) for step in steps] == [[], ["jobcentres.Hub", meeting], ["jobcentres.Other hub"], ["coaches.absence"]]
    assert steps[1].words == f"these go together: jobcentres.Hub: added: opens 2021-03-01, 1 desks; {meeting}: added"
    assert steps[3].words == "coaches.absence: 0 to 0.1" and steps[0].words == "tiny"
    assert_it_leads(steps, base, other)
    back = chain(other, base)
    assert [keys(step.levers) for step in back] == [[], ["jobcentres.Hub"], ["jobcentres.Other hub", meeting], ["coaches.absence"]]
    assert_it_leads(back, other, base)


def test_recruits_wait_for_the_site_they_go_to():
    base = tiny()
    other = tiny(
        {
            "coaches.recruitment": {"new": {"starts": "2021-02-08", "coaches": 2, "to": {"Shop": 2}}},
            "jobcentres.Shop": SHOP,
            "coaches.absence": 0.1,
        }
    )
    steps = chain(base, other, order=["coaches.recruitment", "coaches.absence"])
    assert [keys(step.levers) for step in steps] == [[], ["coaches.recruitment.new", "jobcentres.Shop"], ["coaches.absence"]]
    assert_it_leads(steps, base, other)


def test_three_levers_may_need_one_another():
    """Shares of an area add up to one, and of a programme's supply there is one kind."""
    hill = {"area": "North", "share": 0.5, "coaches": 1, "desks": 5}
    base, other = tiny(), tiny({"jobcentres.Hill.share": 0.5, "jobcentres.Dale": hill, "other_leaving.monthly_rate": 0.1})
    assert [keys(step.levers) for step in chain(base, other)[1:]] == [
        ["jobcentres.Hill.share", "jobcentres.Dale"],
        ["other_leaving.monthly_rate"],
    ]
    course = {"programmes.Help.supply": {"intakes": {"every_weeks": 1, "places": 3}}, "programmes.Help.take_up": 0.5}
    (first, second) = chain(rich(), rich(course))[1:]
    assert keys(first.levers) == ["programmes.Help.supply.places", "programmes.Help.supply.intakes"]
    assert keys(second.levers) == ["programmes.Help.take_up"]


def test_steps_keep_the_name_and_the_luck_of_the_base():
    base, other = tiny(), tiny({"name": "other", "seed": 7, "replications": 3, "coaches.absence": 0.1, "service.desks_usable": 0.5})
    steps = chain(base, other)
    assert [step.scenario.name for step in steps] == ["tiny", "tiny", "other"]
    assert {(step.scenario.seed, step.scenario.replications) for step in steps} == {(base.seed, base.replications)}
    assert fingerprint(steps[1].scenario) == fingerprint(base.change({"coaches.absence": 0.1})), "found again by whoever makes it by hand"


MOVES: list[dict[str, Any]] = [
    {"areas.*.claims_per_week": "+10%"},
    {"areas.South.claims_per_week": {"2021-02-01": 15, "2021-03-01": 30}},
    {"areas.North.age_groups": {"16-24": 0.3, "25-49": 0.4, "50+": 0.3}},
    {"areas.North.by_weekday": None},
    {"claimants.weeks_on_claim.0-12": 0.5, "claimants.weeks_on_claim.26+": 0.2},
    {"jobcentres.Dale.share": 0.5, "jobcentres.Hill.share": 0.5},
    {"jobcentres.*.desks": "*2"},
    {"jobcentres.Hill.coaches": "+1"},
    {"jobcentres.Shop": None, "coaches.recruitment.second": None},
    {"jobcentres.Shop.takes_from.Dale": None},
    {"jobcentres.Shop.temporary.closes": None, "jobcentres.Shop.temporary.closing_announced": None},
    {"jobcentres.Yard": None, "appointments.youth_hub_meeting": None},
    {"jobcentres.Shed": {"temporary": {"opens": "2021-03-01"}, "takes_from": {"Moor": 0.2}, "desks": 1, "coaches_from": {"Moor": 1}}},
    {"pools": None},
    {"pools.All": {"channels": ["phone", "face_to_face"], "jobcentres": ["Moor", "Yard"]}},
    {"coaches.recruitment.third": {"starts": "2021-02-15", "coaches": 2, "to": {"Moor": 1, "Hill": 1}}},
    {"coaches.recruitment.first.to": {"Dale": 3}},
    {"coaches.recruitment.*.training_working_days": "+2"},
    {"appointments.first_meeting.reserve": None},
    {"appointments.review.every_weeks": {1: 2, 27: 4}},
    {"service.desks_usable": {"value": 0.9, "low": 0.5, "source": "a survey", "confidence": "seen"}},
    {"closures": []},
    {"job_entry.by_age_group.16-24": None},
    {"job_entry.market": {"by_date": {"2021-02-01": 1.2, "2021-03-01": {"value": 1.5, "announced": "2021-02-20"}}, "note": "a guess"}},
    {"returns": None},
    {"labour_market": None, "programmes.Course": None},
    {"labour_market.sectors.*.vacancies": "+30%"},
    {"programmes.Help": None},
    {"programmes.*.take_up": 0.7},
    {"programmes.Kick.supply.jobs": None, "programmes.Kick.supply.places": 9},
    {"programmes.Course.retraining": None},
    {"costs": None},
]


def assert_found_again(data):
    """Each lever applied once, in any order, gives the other scenario; so does the chain."""
    base = other = rich()
    for move in data.draw(st.lists(st.sampled_from(MOVES), min_size=1, max_size=5)):
        with suppress(ScenarioError):  # some exclude one another
            other = other.change(move)
    found = levers(base, other)
    if not found:
        return
    order = data.draw(st.permutations([change.key for change in differences(base, other)]))
    order = order[: data.draw(st.integers(0, len(order)))]
    asked = levers(base, other, order=order)
    assert keys(asked)[: len(order)] == order
    assert fingerprint(with_levers(base, found)) == fingerprint(with_levers(base, asked)) == fingerprint(other)
    steps = chain(base, other, order=order)
    assert_it_leads(steps, base, other)
    assert not [finding for step in steps for finding in findings(step.scenario)]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_changes_are_found_again(data):
    assert_found_again(data)


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changes_are_found_again_at_large(data):
    assert_found_again(data)


def test_without_a_lever_it_is_not_the_other_scenario():
    base, other = rich(), rich(CHANGED)
    found = levers(base, other)
    for lever in found:
        assert keys(levers(with_levers(base, [one for one in found if one is not lever]), other)) == [lever.key]


# ---- the region


@pytest.fixture(scope="module", autouse=True)
def each_file_is_parsed_once():
    """Most of the time that the region takes otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(read_yaml)
        patch.setattr("sim.scenario.file.read_yaml", once)
        patch.setattr("sim.scenario.levers.read_yaml", once)
        yield


@cache
def loaded(name):
    return load(SCENARIOS / f"{name}.yaml")


def pair(base, other):
    one, two = loaded(base), loaded(other)
    written = order_of(SCENARIOS / f"{other}.yaml")
    steps = chain(one, two, written=written)
    assert_it_leads(steps, one, two)
    return one, two, [keys(step.levers) for step in steps[1:]]


@pytest.mark.parametrize(
    "other, expected",
    [
        ("doubling", [["coaches.recruitment.*.coaches"], ["jobcentres.*.coaches_from"]]),
        ("no_recruits", [[f"coaches.recruitment.{name}"] for name in ("autumn", "winter", "spring")] + [["jobcentres.*.coaches_from"]]),
        ("shorter_window", [["appointments.book_ahead_working_days"]]),
        ("vacancies", [["job_entry.market"], ["labour_market"]]),
    ],
)
def test_the_levers_of_the_region(other, expected):
    assert pair(REGION, f"{REGION}_{other}")[2] == expected


def test_each_temporary_jobcentre_is_a_lever():
    base, _, found = pair(REGION, f"{REGION}_no_temporary")
    assert [key for (key,) in found] == [f"jobcentres.{name}" for name, one in base.jobcentres.items() if one.temporary]


def test_the_programmes_of_the_region_by_way_of_what_they_extend():
    _, _, found = pair(REGION, f"{REGION}_programmes")
    assert found[:3] == [["job_entry.market"], ["labour_market"], ["areas.*.claims_per_week"]]
    assert ["appointments.youth_hub_meeting", "jobcentres.Birmingham youth hub"] in found
    assert [len(step) for step in found].count(1) == len(found) - 1
    programmes = [key for (key, *_) in found if key.startswith("programmes.")]
    assert programmes == [f"programmes.{name}" for name in ("Kickstart", "JETS", "Restart", "Sector-based work academies")]


@pytest.mark.parametrize(
    "other, expected",
    [
        ("faster_approval", ["Kickstart.supply.jobs.days_to_approve"]),
        ("jets_doubled", ["JETS.supply.places", "JETS.referral_at_review"]),
        ("kickstart_half_a_year_earlier",
         [f"Kickstart.{key}" for key in ("open.from", "open.to", "supply.jobs.applied_per_week", "referral_at_review")]),
        ("restart_as_planned", ["Restart.referral_at_review"]),
    ],
)  # fmt: skip
def test_the_levers_of_programmes(other, expected):
    assert pair(f"{REGION}_programmes", f"{REGION}_{other}")[2] == [[f"programmes.{key}"] for key in expected]


def test_a_part_of_the_region_is_cut_out_area_by_area():
    """No area goes without its jobcentres, nor they without it, but areas have nothing to do with one another."""
    base, other, found = pair(REGION, f"{REGION}_black_country")
    areas = [area for area in base.areas if area not in other.areas]
    assert [step[0] for step in found] == [f"areas.{area}" for area in areas] + ["coaches.recruitment.*.coaches"]
    for area, step in zip(areas, found, strict=False):
        own = [name for name, one in base.jobcentres.items() if one.area == area]
        served_there = [name for name, one in base.temporary.items() if set(one.takes_from) & set(own)]
        assert set(step) == {f"areas.{area}", *(f"jobcentres.{name}" for name in own + served_there)}


@pytest.mark.long
@pytest.mark.parametrize("other", sorted(path.stem for path in SCENARIOS.glob(f"{REGION}_*.yaml")))
def test_there_is_a_way_to_every_file_of_the_region_and_back(other):
    pair(REGION, other)
    pair(other, REGION)


def test_the_whole_scenario_is_covered():
    """So that the property above has all of it to work on."""
    assert {key.split(".")[0] for move in MOVES for key in move} >= set(RICH) - {"name", "period", "working_days", "other_leaving"}
