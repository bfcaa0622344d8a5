"""Changes: single keys set or moved, on the command line and in Python."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario import ScenarioError, dump, fingerprint, load
from sim.scenario.build import build
from sim.scenario.changes import change
from sim.scenario.numbers import Number
from sim.scenario.yaml_text import read_yaml
from tests.unit.broken.programmes import WHOLE

SMALL = Path(__file__).parent / "small.yaml"
DAY = dt.date(2020, 7, 1)


@pytest.fixture(scope="module")
def small():
    return load(SMALL)


def refusal(function):
    with pytest.raises(ScenarioError) as caught:
        function()
    return str(caught.value)


def test_a_key_is_found_whatever_its_names_hold(small):
    changed = small.change({"jobcentres.South St. John's.coaches": 5, "pools.By phone.channels": ["phone", "face_to_face"]})
    assert changed.jobcentres["South St. John's"].coaches.on(DAY) == 5
    assert changed.pools["By phone"].channels == ["phone", "face_to_face"]
    assert small.jobcentres["South St. John's"].coaches.on(DAY) == 4, "the original stays as it is"
    assert small.change(**{"claimants.by_weekday.5": 0.01, "claimants.by_weekday.6": 0.03}).claimants.by_weekday[6].value == 0.03


def test_the_longest_name_that_fits_is_taken(small):
    dotted = small.change({"jobcentres.Annexe": None, "pools": None, "coaches.recruitment": None})
    text = dump(dotted).replace("South St. John's:", "North.coaches:")
    changed = build(read_yaml(text, "here")).change({"jobcentres.North.coaches.coaches": 9})
    assert changed.jobcentres["North.coaches"].coaches.on(DAY) == 9 and changed.jobcentres["North"].coaches.on(DAY) == 6


@pytest.mark.parametrize("amount, expected", [("+10%", 6.6), ("-5%", 5.7), ("+3", 9), ("-1.5", 4.5), ("*1.1", 6.6), ("*0", 0)])
def test_a_number_moves_by_an_amount(small, amount, expected):
    moved = load(SMALL, [f"jobcentres.North.coaches={amount}", "jobcentres.Annexe.coaches_from=null"])
    assert moved.jobcentres["North"].coaches.on(DAY) == expected
    assert moved == small.change({"jobcentres.North.coaches": amount, "jobcentres.Annexe.coaches_from": None})


def test_every_value_of_a_series_moves_and_stays_announced(small):
    entries = small.change({"areas.Town.claims_per_week": "-10%"}).areas["Town"].claims_per_week.by_date
    assert {date.isoformat(): entry.value for date, entry in entries.items()} == {"2020-07-01": 27, "2020-10-01": 18}
    assert entries[dt.date(2020, 10, 1)].announced == dt.date(2020, 9, 1)


def test_a_moved_number_drops_its_source_and_interval_unless_given_anew(small):
    moved = small.change({"areas.Town.claimants": "+1%"}).areas["Town"].claimants
    assert (moved.value, moved.source, moved.confidence) == (1010, None, "policy")
    absence = small.change({"coaches.absence": "*2"}).coaches.absence.by_date[dt.date.min]
    assert (absence.value, absence.low, absence.high) == (0.12, None, None)
    value = {"value": "+1%", "source": "A later count", "confidence": "derived"}
    given = small.change({"areas.Town.claimants": value}).areas["Town"].claimants
    assert (given.value, given.source, given.confidence) == (1010, "A later count", "derived")


def test_whole_numbers_are_rounded_but_never_silently_left_alone(small):
    assert small.change({"areas.Town.claimants": "+0.25%"}).areas["Town"].claimants.value == 1003
    says = refusal(lambda: small.change({"appointments.review.minutes": "+4%"}))
    assert says == "change appointments.review.minutes: appointments.review.minutes: a lever that touches nothing: +4% is rounded away"


def test_a_star_stands_for_every_entry_that_has_the_rest(small):
    moved = load(SMALL, ["jobcentres.*.coaches=+10%"])
    assert {name: j.coaches.on(DAY) for name, j in moved.jobcentres.items()} == {"North": 6.6, "South St. John's": 4.4, "Annexe": 0}
    assert moved == small.change({"jobcentres.*.coaches": "+10%"})
    assert "confidence" not in dump(moved).split("Annexe:")[1].split("pools:")[0], "it does not reach where nothing was said"
    later = small.change({"jobcentres.*.temporary.opens": dt.date(2020, 9, 7)})
    assert later.jobcentres["Annexe"].temporary.opens.value == dt.date(2020, 9, 7) and list(later.temporary) == ["Annexe"]
    every = small.change({"appointments.review.every_weeks.*": "*2"}).appointments.review.every_weeks
    assert {week: series.on(DAY) for week, series in every.items()} == {1: 2, 14: 4}


def test_null_removes_and_a_map_merges_or_adds(small):
    assert load(SMALL, ["pools=null"]).pools == {} == small.change({"pools": None}).pools
    assert load(SMALL, ["coaches.recruitment.autumn=null"]).coaches.recruitment == {}
    more = load(SMALL, ["coaches.recruitment.spring={starts: 2020-11-02, coaches: 2}", "jobcentres.North={desks: 9}"])
    assert list(more.coaches.recruitment) == ["autumn", "spring"]
    assert more.jobcentres["North"].desks.on(DAY) == 9 and more.jobcentres["North"].coaches.on(DAY) == 6
    assert small.change({"appointments.review.every_weeks.27": 4}).appointments.review.every_weeks[27].on(DAY) == 4
    assert small.change({"job_entry.by_age_group.16-24": 1.1}).job_entry.by_age_group["16-24"].value == 1.1


def test_python_values_of_any_make(small):
    new = Number(value=0.9, source="A study", confidence="seen")
    assert small.change({"claimants.can_be_served_remotely": new}).claimants.can_be_served_remotely.source == "A study"
    assert small.change({"seed": np.int64(9), "coaches.absence": np.float64(0.1)}).seed == 9
    for value in ("2020-12-30", dt.date(2020, 12, 30), dt.datetime(2020, 12, 30)):
        assert small.change({"period.to": value}).period.to == dt.date(2020, 12, 30)


def test_changes_follow_one_another(small):
    changed = small.change({"jobcentres.North.coaches": 10, "jobcentres.*.coaches": "+1"})
    assert changed.jobcentres["North"].coaches.on(DAY) == 11
    assert load(SMALL, [("coaches.absence", 0.2), "coaches.absence=*0.5"]).coaches.absence.on(DAY) == 0.1


def test_a_change_of_a_default_is_a_change_of_its_value(small):
    assert small.change({"job_entry.market": "*0.8"}).job_entry.market.on(DAY) == 0.8
    assert load(SMALL, ["claimants.longest_weeks_on_claim=+10"]).claimants.longest_weeks_on_claim.value == 114


@pytest.mark.parametrize(
    "written, says",
    [
        ("coaches.absense=0.1", "coaches.absense: unknown key 'absense'; did you mean 'absence'?"),
        ("jobcentres.Nrth.desks=3", "jobcentres.Nrth: unknown name 'Nrth'; did you mean 'North'?"),
        ("jobcentres.Nrth=3", "jobcentres.Nrth: unknown name 'Nrth'; did you mean 'North'?"),
        ("coaches.recruitment.autum=null", "coaches.recruitment.autum: unknown name 'autum'; did you mean 'autumn'?"),
        ("jobcentres.Annexe.takes_from.Suth=0.1", "jobcentres.Annexe.takes_from.Suth: unknown permanent jobcentre 'Suth'"),
        ("jobcentres.*.coachs=+1", "jobcentres.Annexe.coachs: unknown key 'coachs'; did you mean 'coaches'?"),
        ("coaches.*=1", "coaches.*: unknown key '*'"),
        ("areas.*.by_weekday=null", "areas.*.by_weekday: matches nothing"),
        ("areas.Town.by_weekday=null", "areas.Town.by_weekday: nothing to remove"),
        ("coaches.absence.value=0.1", "coaches.absence.value: a number is replaced whole: give value, source and the rest in one map"),
        ("jobcentres.Annexe.temporary.opens=+7", "opens: expected a date such as 2021-09-01, not '+7', which changes a number"),
        ("appointments.first_meeting=+10%", "and reserve, not '+10%', which changes a number"),
        ("areas.Town.claimants=ten", "areas.Town.claimants: expected a whole number of people from 0 to 10,000,000, not 'ten'"),
        ("coaches.bookable_share=+60%", ""),
        ("coaches.bookable_share=*2", "coaches.bookable_share.value: expected a share from 0 to 1, not 1.04"),
        ("coaches.absence=[0.1", "not valid YAML"),
        ("appointments.first_meeting.reserve=null", ""),
        ("period.to=2020-09-30", "a lever that touches nothing: they start on 2020-10-05, after the last day, 2020-09-30"),
    ],
)  # fmt: skip
def test_says_what_is_wrong_with_a_change(written, says):
    if not says:
        load(SMALL, [written])
        return
    assert says in refusal(lambda: load(SMALL, [written]))


def test_python_and_command_line_agree_on_what_is_wrong(small):
    says = "coaches.absence: expected a share from 0 to 1, not 2"
    assert refusal(lambda: change(small, {"coaches.absence": 2})) == f"change coaches.absence: {says}"
    assert refusal(lambda: load(SMALL, ["coaches.absence=2"])) == f"--set coaches.absence=2: {says}"


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory):
    """The small scenario with a youth hub, programmes, a labour market, returns and costs."""
    path = tmp_path_factory.mktemp("whole") / "whole.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(whole_file):
    return load(whole_file)


def test_dates_of_a_programme_move(whole, whole_file):
    earlier = load(whole_file, ["programmes.Kickstart.open.from=2020-08-03", "programmes.Kickstart.supply.jobs.applied_per_week=6"])
    assert earlier.programmes["Kickstart"].open.from_.value == dt.date(2020, 8, 3)
    later = whole.change({"programmes.*.open.to": "2020-12-30"})
    assert {p.open.to.value for p in later.programmes.values()} == {dt.date(2020, 12, 30)}
    says = "supply.jobs.applied_per_week: expected a first date no later than the day it opens, 2020-08-03, not 2020-09-02"
    assert says in refusal(lambda: load(whole_file, ["programmes.Kickstart.open.from=2020-08-03"]))


@pytest.mark.parametrize(
    "key, amount, expected",
    [
        ("programmes.*.supply.places", "+10%", {"JETS": [22, 33]}),
        ("programmes.*.supply.jobs.applied_per_week", "*2", {"Kickstart": [8, 16]}),
        ("programmes.*.supply.intakes.places", "-3", {"Academy": [5]}),
        ("programmes.*.referral_at_review", "*2", {"Kickstart": [0.2], "JETS": [0.1], "Academy": [0.06]}),
    ],
)
def test_a_star_moves_what_every_programme_has_of_it(whole, whole_file, key, amount, expected):
    changed = load(whole_file, [f"{key}={amount}"])
    assert changed == whole.change({key: amount})

    def values(name):
        at: Any = changed.programmes[name]
        for step in key.split(".")[2:]:
            at = getattr(at, step)
        return None if at is None else [entry.value for _, entry in sorted(at.by_date.items())]

    assert {name: values(name) for name in expected} == expected
    for name in set(whole.programmes) - set(expected):
        assert changed.programmes[name] == whole.programmes[name], "who has none keeps what they have"


def test_numbers_of_every_new_part_can_be_set(whole):
    changed = whole.change(
        {
            "returns.share": "+50%",
            "labour_market.elasticity": 0,
            "labour_market.sectors.*.vacancies": "*3",
            "programmes.JETS.who.at_least_weeks": 26,
            "programmes.Academy.queue.order": "first_come",
            "programmes.Academy.retraining.to": {"Care": 0.5, "Other": 0.5},
            "programmes.Kickstart.who.age_groups": ["16-24", "25-49"],
            "costs.coach_per_year": "+1000",
            "jobcentres.*.takes_young_from.Town": "*0.5",
            "appointments.youth_hub_meeting.every_weeks.1": 2,
            "job_entry.no_contact": 0.94,
            "job_entry.phone_only": 0.94,
        }
    )
    assert changed.returns.share.value == 0.3
    assert [s.vacancies.value for _, s in sorted(changed.labour_market.sectors.items())] == [180, 120, 300]
    assert changed.programmes["JETS"].who.at_least_weeks.on(DAY) == 26
    assert changed.programmes["Academy"].queue.withdrawing_monthly_rate.value == 0.2, "a map merges"
    assert {name: share.value for name, share in changed.programmes["Academy"].retraining.to.items()} == {"Care": 0.5, "Other": 0.5}
    assert changed.programmes["Kickstart"].who.age_groups == ["16-24", "25-49"]
    assert changed.costs.coach_per_year.value == 36_000 and changed.costs.trainee_per_year.value == 30_000
    assert changed.jobcentres["Hub"].takes_young_from["Town"].value == 0.2
    assert changed.appointments.youth_hub_meeting.every_weeks[1].on(DAY) == 2


def test_null_removes_a_programme_and_any_part_that_may_be_left_out(whole, whole_file):
    assert sorted(load(whole_file, ["programmes.JETS=null"]).programmes) == ["Academy", "Kickstart"]
    assert whole.change({"programmes": None}).programmes == {}
    bare = load(whole_file, ["programmes=null", "labour_market=null", "returns=null", "costs=null", "jobcentres.Hub=null",
                             "appointments.youth_hub_meeting=null"])  # fmt: skip
    small = load(SMALL)
    assert bare == small and fingerprint(bare) == fingerprint(small) != fingerprint(whole)
    assert load(whole_file, ["programmes.Academy.queue.longest_wait_days=null"]).programmes["Academy"].queue.longest_wait_days is None
    swapped = ["programmes.JETS.supply.places=null", "programmes.JETS.supply.intakes={every_weeks: 4, places: 10}"]
    assert load(whole_file, swapped).programmes["JETS"].supply.places is None
    says = "programmes.JETS.supply: expected one of places, jobs and intakes, not places and intakes"
    assert says in refusal(lambda: load(whole_file, swapped[1:]))
    assert "programmes.JETS.supply: missing; expected a map with" in refusal(lambda: load(whole_file, ["programmes.JETS.supply=null"]))
    assert "programmes.JET: unknown name 'JET'; did you mean 'JETS'?" in refusal(lambda: load(whole_file, ["programmes.JET=null"]))


def test_a_programme_is_added_as_a_map(whole, whole_file):
    new = "{open: {from: 2020-07-06, to: 2020-12-31}, supply: {places: 5}, referral_at_review: 0.1, weeks: 4, contact_goes_on: true}"
    more = load(whole_file, [f"programmes.Job club={new}"])
    assert more.programmes["Job club"].supply.places.on(DAY) == 5
    assert more == whole.change({"programmes.Job club": more.programmes["Job club"]})


def test_everything_new_is_written_out_and_read_back(whole):
    text = dump(whole)
    again = build(read_yaml(text, "dump.yaml"))
    assert again == whole and fingerprint(again) == fingerprint(whole) and dump(again) == text
    assert fingerprint(whole.change({"programmes.JETS.take_up": 0.9})) != fingerprint(whole)
