"""Assumptions within their intervals: what varies together, that every draw is a valid scenario, that draws know nothing of each other."""

import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.luck import Luck, Purpose, Subject, name_hash
from sim.scenario import ScenarioError, assumptions, fingerprint, load
from sim.scenario.adjustments import adjusted, at, put
from sim.scenario.build import build
from sim.scenario.consistency import findings
from sim.scenario.factors import _entries, factors, wholes
from sim.scenario.numbers import Series
from sim.scenario.shape import shape_at
from sim.scenario.tree import Place, grow
from sim.scenario.uncertainty import draw, latin, vary
from sim.scenario.writing import to_plain
from tests.scenarios import rich, tiny

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PROGRAMMES = SCENARIOS / "west_midlands_programmes.yaml"
DRAWS = {"west_midlands": 30, "west_midlands_programmes": 30, "great_britain": 1}
"""How many draws of a file are tried; two of the others, most of which are variants of these."""


def between(value, low, high, **more):
    return {"value": value, "low": low, "high": high, "confidence": "assumption", **more}


def everywhere(scenario, position):
    return dict.fromkeys((factor.name for factor in factors(scenario)), position)


def again(scenario):
    """As if it was written to a file and loaded."""
    return build(grow(to_plain(scenario), Place("varied")))


@cache
def programmes():
    return load(PROGRAMMES)


@cache
def all_uncertain():
    """Every lever in use, and every number and date of it uncertain: shares and sizes by a fifth, dates by three weeks."""
    scenario = rich()
    updates = {}
    for _, one in _entries(scenario, (), ()):
        unit = shape_at(one.path).unit
        if isinstance(one.value, dt.date):
            interval = {"low": one.value - dt.timedelta(days=21), "high": one.value + dt.timedelta(days=21)}
        else:
            low, high = (round(one.value * f) if one.whole else one.value * f for f in (0.8, 1.2))
            interval = {"low": max(low, unit.at_least, unit.above), "high": min(high, unit.at_most)}
        number = updates.get(one.path) or at(scenario, one.path)
        if isinstance(number, Series):
            entry = number.by_date[one.date].model_copy(update=interval)
            updates[one.path] = number.model_copy(update={"by_date": {**number.by_date, one.date: entry}})
        else:
            updates[one.path] = number.model_copy(update=interval)
    return again(put(scenario, updates))


def test_what_can_vary_is_every_number_with_an_interval_but_those_that_are_decided():
    scenario = programmes()
    log = assumptions(scenario)
    wide = pd.Series(
        [low not in (None, v) or high not in (None, v) for low, v, high in zip(log["low"], log["value"], log["high"], strict=True)]
    )
    decided = log["confidence"] == "policy"
    keys = [(".".join(map(str, e.path)), e.date if e.date != dt.date.min else None) for f in factors(scenario) for e in f.entries]
    rows = log[wide & ~decided]
    assert len(keys) == len(set(keys)) == 654
    assert set(keys) == set(zip(rows["key"], rows["from_date"], strict=True))
    assert set(log[wide & decided]["key"]) == {"appointments.book_ahead_working_days"}
    assert {f.name for f in factors(scenario, policy=True)} - {f.name for f in factors(scenario)} == {
        "appointments.book_ahead_working_days"
    }


def test_names_of_places_cohorts_sectors_programmes_and_weeks_are_starred():
    found = {factor.name: factor for factor in factors(programmes())}
    assert len(found["areas.*.claims_per_week"].entries) == 7 * 21
    assert found["areas.*.claims_per_week"].size == 1
    for name in ("jobcentres.*.takes_from.*", "coaches.recruitment.*.starts", "job_entry.monthly_rate_by_week.*", "job_entry.market"):
        assert name in found
    assert found["claimants.by_weekday"].members == tuple("0123456")
    assert found["jobcentres.*.share"].size == 27, "one jobcentre is alone in its area"
    assert found["programmes.*.supply.jobs.days_to_approve"].label == "programmes.Kickstart.supply.jobs.days_to_approve"
    assert found["programmes.*.take_up"].label == "programmes.*.take_up"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("coaches.bookable_share", "0.45 to 0.6"),
        ("jobcentres.*.coaches", "-13% to +5%"),
        ("areas.*.claims_per_week", "up to -20% and +55%"),
        ("coaches.recruitment.*.starts", "up to -55 days and +56 days"),
        ("jobcentres.*.share", "-20% to +20%, scaled to add up"),
        ("costs.temporary_jobcentre_opening", "100,000 to 2,000,000"),
        ("programmes.*.open.to", "2022-03-31 to 2026-03-31"),
    ],
)
def test_intervals_in_words(name, words):
    assert {factor.name: factor.interval for factor in factors(programmes())}[name] == words


def test_a_factor_says_its_unit_confidence_and_sources():
    found = {factor.name: factor for factor in factors(programmes())}
    assert found["jobcentres.*.temporary.opens"].unit == "date"
    assert found["areas.*.claimants"].confidences == ("derived", "seen")
    assert found["coaches.bookable_share"].in_words == ("0.45", "0.52", "0.6")
    assert len(found["coaches.bookable_share"].sources) == 1


FILES = sorted(SCENARIOS.glob("*.yaml"))
LONG = [pytest.mark.long]  # the country takes seconds to load


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem, marks=LONG * (path.stem == "great_britain")) for path in FILES])
def test_every_file_can_be_varied(path):
    scenario = programmes() if path == PROGRAMMES else load(path)
    assert adjusted(scenario) is scenario
    same = vary(scenario, everywhere(scenario, 0.5))
    assert same == scenario
    assert fingerprint(same) == fingerprint(scenario)
    tried = [everywhere(scenario, 0), everywhere(scenario, 1), *(draw(scenario, 1, i) for i in range(DRAWS.get(path.stem, 2)))]
    for positions in tried:
        varied = vary(scenario, positions)
        assert not list(findings(varied))
        assert all(abs(sum(float(at(varied, part)) for part in whole.members) - whole.total) < 2e-6 for whole in wholes(varied))
    if DRAWS.get(path.stem, 0) > 2:
        assert again(varied) == varied


def test_with_every_lever_uncertain_every_draw_is_valid():
    scenario = all_uncertain()
    assert len(factors(scenario)) > 90
    for positions in (*(draw(scenario, 2, i) for i in range(30)), everywhere(scenario, 0), everywhere(scenario, 1)):
        varied = vary(scenario, positions)
        assert not list(findings(varied))
    assert again(varied) == varied


MAY_GIVE_WAY = {
    "coaches.recruitment.*.coaches": {"coaches.recruitment.second.to.Shop"},
    "coaches.recruitment.*.starts": {"coaches.recruitment.first.announced"},
    "jobcentres.*.temporary.opens": {"jobcentres.Shop.temporary.announced", "jobcentres.Yard.temporary.announced"},
    "jobcentres.*.temporary.closes": {"jobcentres.Shop.temporary.closing_announced", "jobcentres.Yard.temporary.closing_announced"},
    "job_entry.no_contact": {"job_entry.phone_only"},
    "programmes.*.open.from": {"programmes.Kick.supply.jobs.applied_per_week"},
}


@pytest.mark.parametrize(("scenario", "position", "step"), [(all_uncertain, 0.1, 1), (programmes, 0.9, 8)])
def test_a_factor_moves_its_own_keys_and_no_others(scenario, position, step):
    """But for shares without an interval in a set, and what must give way to a rule."""
    before = assumptions(scenario()).map(str)
    for factor in factors(scenario())[::step]:
        in_turn = [position if member % 2 == 0 else 1 - position for member in range(factor.size)]
        after = assumptions(vary(scenario(), {factor.name: in_turn})).map(str)
        moved = set(after.loc[(before != after).any(axis=1), "key"])
        wanted = {".".join(map(str, one.path)) for one in factor.entries if one.at(position) != one.value}
        assert moved if factor.is_set else moved >= wanted, factor.name
        assert moved <= set(factor.keys) | MAY_GIVE_WAY.get(factor.name, set()), factor.name
        kept = ["key", "unit", "source", "confidence", "note"]
        assert (before[kept] == after[kept]).all(axis=None), factor.name


def test_a_position_is_the_same_place_in_every_interval():
    scenario = tiny(
        {
            "areas.North.claims_per_week": {"2021-02-01": between(10, 5, 30), "2021-03-01": between(20, 20, 22)},
            "coaches.absence": between(0.1, 0, 0.1),
            "areas.North.claimants": between(60, 50, 75),
        }
    )

    def values(position):
        varied = vary(scenario, everywhere(scenario, position))
        claims = varied.areas["North"].claims_per_week.by_date.values()
        return [*map(float, claims), float(varied.coaches.absence.on(dt.date(2021, 2, 1))), float(varied.areas["North"].claimants)]

    assert values(0) == [5, 20, 0, 50]
    assert values(0.25) == [7.5, 20, 0.05, 55]
    assert values(0.45) == [9.5, 20, 0.09, 59]
    assert values(0.5) == [10, 20, 0.1, 60]
    assert values(0.75) == [20, 21, 0.1, 68], "67.5 people are rounded"
    assert values(1) == [30, 22, 0.1, 75]


def test_each_share_of_a_set_moves_by_itself_and_the_set_is_scaled_back():
    scenario = tiny({"claimants.age_groups": {"16-24": between(0.2, 0.1, 0.4), "25-49": between(0.5, 0.4, 0.6), "50+": 0.3}})
    (factor,) = factors(scenario)
    assert (factor.name, factor.members, factor.is_set) == ("claimants.age_groups", ("16-24", "25-49"), True)
    ages = vary(scenario, {factor.name: (1, 0)}).claimants.age_groups
    assert {group: pytest.approx(float(share)) for group, share in ages.items()} == {
        "16-24": 0.4 / 1.1,
        "25-49": 0.4 / 1.1,
        "50+": 0.3 / 1.1,
    }
    assert ages["25-49"].low == ages["25-49"].value, "outside of what was stated, which is widened"
    with pytest.raises(ValueError, match=r"expected 2 positions from 0 to 1 for claimants\.age_groups, not \(1, 0, 0\)"):
        vary(scenario, {factor.name: (1, 0, 0)})


def test_shares_that_all_come_to_nothing_stay_as_written():
    scenario = tiny(
        {f"claimants.age_groups.{group}": between(share, 0, 1) for group, share in (("16-24", 0.2), ("25-49", 0.5), ("50+", 0.3))}
    )
    near, nothing = (vary(scenario, {"claimants.age_groups": position}).claimants.age_groups for position in (1e-6, 0))
    assert all(float(near[group]) == pytest.approx(float(nothing[group])) for group in near)


def test_what_is_decided_varies_on_request():
    scenario = tiny({"appointments.book_ahead_working_days": between(10, 5, 20, confidence="policy")})
    with pytest.raises(ScenarioError, match="no factor of this scenario"):
        vary(scenario, {"appointments.book_ahead_working_days": 1})
    varied = vary(scenario, {"appointments.book_ahead_working_days": 1}, policy=True)
    assert int(varied.appointments.book_ahead_working_days) == 20
    assert factors(scenario) == ()


@pytest.mark.parametrize("position", [-0.1, 1.1, float("nan")])
def test_positions_are_from_0_to_1(position):
    with pytest.raises(ValueError, match="from 0 to 1"):
        vary(tiny({"coaches.absence": between(0.1, 0, 0.2)}), {"coaches.absence": position})


def test_a_wrong_name_is_told_with_the_nearest():
    with pytest.raises(ScenarioError, match=r"coaches\.absense: no factor of this scenario; did you mean 'coaches\.absence'\?"):
        vary(tiny({"coaches.absence": between(0.1, 0, 0.2)}), {"coaches.absense": 1})


SHOP = "jobcentres.Shop"
LIFE = f"{SHOP}.temporary"


@pytest.mark.parametrize(
    ("changes", "position", "expected"),
    [
        # opens earlier than it would be announced
        ({f"{LIFE}.opens": between("2021-03-15", "2021-03-01", "2021-03-15")}, 0, {f"{LIFE}.announced": "2021-03-01"}),
        # opens after the run
        (
            {f"{LIFE}.opens": between("2021-03-15", "2021-03-15", "2024-05-01"), f"{LIFE}.closes": None, f"{LIFE}.closing_announced": None},
            1,
            {f"{LIFE}.opens": "2021-04-25"},
        ),
        # opens after it closes
        (
            {f"{LIFE}.opens": between("2021-03-15", "2021-03-15", "2021-04-20")},
            1,
            {f"{LIFE}.closes": "2021-04-20", f"{LIFE}.closing_announced": "2021-04-07"},
        ),
        # closes before the run
        (
            {
                f"{LIFE}.opens": between("2021-03-15", "2018-01-01", "2021-03-15"),
                f"{LIFE}.closes": between("2021-04-12", "2018-01-10", "2021-04-12"),
            },
            0,
            {f"{LIFE}.closes": "2021-02-02", f"{LIFE}.announced": "2018-01-01", f"{LIFE}.closing_announced": "2021-02-02"},
        ),
        # closes before that would be announced
        ({f"{LIFE}.closes": between("2021-04-12", "2021-04-01", "2021-04-12")}, 0, {f"{LIFE}.closing_announced": "2021-04-01"}),
        # starts after the run
        (
            {"coaches.recruitment.first.starts": between("2021-03-08", "2021-03-08", "2026-06-01")},
            1,
            {"coaches.recruitment.first.starts": "2021-04-25"},
        ),
        # starts before it would be announced
        (
            {"coaches.recruitment.first.starts": between("2021-03-08", "2021-02-20", "2021-03-08")},
            0,
            {"coaches.recruitment.first.announced": "2021-02-20"},
        ),
        # more recruits than are posted by name
        ({"coaches.recruitment.second.coaches": between(1, 1, 2.5)}, 1, {"coaches.recruitment.second.to.Shop": 2.5}),
        # all of a jobcentre's people, and more, are taken
        (
            {
                "jobcentres.Shop.takes_from.Hill": between(0.4, 0.4, 0.9),
                "jobcentres.Fair": {"temporary": {"opens": "2021-03-15"}, "desks": 1, "takes_from": {"Hill": 0.6}},
            },
            1,
            {"jobcentres.Shop.takes_from.Hill": 0.6, "jobcentres.Fair.takes_from.Hill": 0.4},
        ),
        # more coaches go along than there are
        ({"jobcentres.Hill.coaches": between(2.5, 0.3, 2.5)}, 0, {f"{SHOP}.coaches_from.Hill": 0.3}),
        # more go along than there are, most of all before others come: as many as there are then
        (
            {
                "jobcentres.Hill.coaches": {"2021-02-01": 2.5, "2021-03-15": between(0.5, 0.2, 0.5), "2021-03-22": between(0.5, 0.4, 0.5)},
            },
            0,
            {f"{SHOP}.coaches_from.Hill": 0.2},
        ),
        # the phone worse than no contact at all
        ({"job_entry.no_contact": between(0.8, 0.7, 0.95)}, 1, {"job_entry.phone_only": 0.95}),
        # closes before it opens
        ({"programmes.Help.open.from": between("2021-03-01", "2021-03-01", "2021-04-21")}, 1, {"programmes.Help.open.to": "2021-04-21"}),
        # the jobcentre of the recruits takes nobody: next to nobody
        (
            {f"{SHOP}.takes_from": {"Dale": between(0.2, 0, 0.3), "Hill": between(0.4, 0, 0.5)}},
            0,
            {f"{SHOP}.takes_from.Dale": 0.2 / 64, f"{SHOP}.takes_from.Hill": 0.4 / 64},
        ),
        # less than one place: just about one
        ({"programmes.Help.supply.places": between(12, 0, 12)}, 0, {"programmes.Help.supply.places": 12 * 6 / 64}),
        # no job is filled in time: in steps of 2 days, as late as will do: applied for by 24 February, filled on 9 April
        ({"programmes.Kick.supply.jobs.days_to_fill": between(3, 3, 131)}, 1, {"programmes.Kick.supply.jobs.days_to_fill": 35}),
        # opens after the run: on the last working day before it was to close
        ({"programmes.Help.open.from": between("2021-03-01", "2021-03-01", "2021-07-07")}, 1, {"programmes.Help.open.from": "2021-04-16"}),
    ],
)
def test_what_would_break_a_rule_gives_way(changes, position, expected):
    scenario = rich(changes)
    varied = vary(scenario, everywhere(scenario, position))
    assert not list(findings(varied))
    assert again(varied) == varied
    log = assumptions(varied).set_index("key")["value"].map(lambda value: value if isinstance(value, float) else str(value))
    assert {key: log[key] for key in expected} == {key: pytest.approx(v) if isinstance(v, float) else v for key, v in expected.items()}


def test_a_series_begins_when_its_programme_opens_earlier():
    scenario = rich(
        {
            "programmes.Help.open.from": between("2021-03-01", "2021-02-15", "2021-03-10"),
            "programmes.Help.supply.places": {"2021-03-01": {"value": 12, "announced": "2021-02-20"}, "2021-03-20": 20},
        }
    )
    earlier, later = (vary(scenario, {"programmes.*.open.from": end}).programmes["Help"].supply.places for end in (0, 1))
    assert {str(date): float(entry) for date, entry in earlier.by_date.items()} == {"2021-02-15": 12, "2021-03-20": 20}
    assert earlier.by_date[dt.date(2021, 2, 15)].announced == dt.date(2021, 2, 15)
    assert later == scenario.programmes["Help"].supply.places


def test_going_back_towards_what_is_written_leaves_the_others_alone():
    scenario = rich(
        {
            f"programmes.{name}.{key}": between(value, 0, value)
            for name, key, value in (("Help", "supply.places", 12), ("Help", "take_up", 1), ("Kick", "take_up", 0.8))
        }
    )
    varied = vary(scenario, everywhere(scenario, 0)).programmes
    assert [float(varied[name].take_up) for name in ("Help", "Kick")] == [0, 0]
    assert 1 <= varied["Help"].supply.places.on(dt.date(2021, 3, 1)) <= 1 + 12 / 64


def test_intervals_that_contradict_each_other_are_named_with_the_rule():
    scenario = rich(
        {
            "areas.North.claimants": between(240, 0, 300),
            "areas.North.claims_per_week": between(30, 0, 40),
            "coaches.absence": between(0.1, 0, 0.2),
        }
    )
    told = (
        r"^positions: areas\.\*\.claimants, areas\.\*\.claims_per_week: the intervals allow what a rule does not, "
        r"at programmes\.Kick\.who\.areas: a lever that touches nothing: nobody claims there"
    )
    with pytest.raises(ScenarioError, match=told):
        vary(scenario, everywhere(scenario, 0))


def test_a_draw_is_the_same_whatever_else_varies():
    whole, less = programmes(), programmes().change({"programmes": None, "jobcentres.Yardley.desks": 30})
    one, other = draw(whole, 7, 3), draw(less, 7, 3)
    assert set(other) < set(one)
    assert all(one[name] == other[name] for name in other)
    name, key = "programmes.*.retraining.to", "programmes.Sector-based work academies.retraining.to"
    sectors = sorted(whole.programmes["Sector-based work academies"].retraining.to)
    two = {f"{key}.{sector}": between(0.5, 0.2, 1) if sector in sectors[1:3] else None for sector in sectors}
    assert draw(whole.change(two), 7, 3)[name] == one[name][1:3], "a share keeps its number whichever others there are"
    assert one == draw(whole, 7, 3)
    assert not any(np.isclose(one[name], draw(whole, 7, 4)[name]).any() for name in one)
    assert not any(np.isclose(one[name], draw(whole, 8, 3)[name]).any() for name in one)


def test_a_draw_comes_from_the_luck_of_its_name():
    scenario = tiny({"coaches.absence": between(0.1, 0, 0.2)})
    luck = Luck(5, 0).uniform(Subject(name_hash("coaches.absence"), name_hash(""), 11), Purpose.ASSUMPTION)
    assert draw(scenario, 5, 11) == {"coaches.absence": (luck,)}


def test_draws_are_uniform_and_independent():
    """500 draws of three numbers; the seed is fixed, and a right program would fail one seed in a million."""
    ages = {"16-24": between(0.2, 0.1, 0.4), "25-49": between(0.5, 0.4, 0.6), "50+": 0.3}
    scenario = tiny({"claimants.age_groups": ages, "coaches.absence": between(0.1, 0, 0.2)})
    drawn = np.array([[*p["claimants.age_groups"], *p["coaches.absence"]] for p in (draw(scenario, 1, i) for i in range(500))])
    assert all(stats.kstest(column, "uniform").pvalue > 1e-6 for column in drawn.T)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 5 / np.sqrt(500)


@pytest.mark.parametrize("draws", [1, 2, 40])
def test_a_latin_hypercube_has_one_position_in_each_part_of_every_dimension(draws):
    chosen = factors(programmes())
    design = latin(chosen, 3, draws)
    table = np.array([np.concatenate([positions[factor.name] for factor in chosen]) for positions in design])
    assert table.shape == (draws, sum(factor.size for factor in chosen))
    parts = np.floor(table * draws).astype(int)
    assert (np.sort(parts, axis=0) == np.arange(draws)[:, None]).all()
    if draws == 40:
        assert len({tuple(column) for column in parts.T}) == parts.shape[1], "no two dimensions go together"
        assert stats.kstest((table * draws % 1).ravel(), "uniform").pvalue > 1e-6, "anywhere within a part"
        together = np.corrcoef(parts.ravel(), (table * draws % 1).ravel())[0, 1]
        assert abs(together) < 5 / np.sqrt(table.size), "whichever part it is"
        in_order = np.argsort(table * draws % 1, axis=0)
        assert abs(np.corrcoef(parts.ravel(), in_order.ravel())[0, 1]) < 5 / np.sqrt(table.size), "nor does their order tell it"
        alone = latin([chosen[10]], 3, draws)
        assert all(alone[i][chosen[10].name] == design[i][chosen[10].name] for i in range(draws)), "whatever else varies"
        assert latin([chosen[10]], 4, draws) != alone


def backwards(data):
    """The same content, every map in the reverse order of its keys."""
    if isinstance(data, dict):
        return {key: backwards(data[key]) for key in reversed(list(data))}
    return [backwards(item) for item in data] if isinstance(data, list) else data


def test_a_file_with_its_keys_in_another_order_has_the_same_factors_draws_and_varied_scenarios():
    """Else what was made for one could be taken for the other, whose positions belong to other names."""
    one = all_uncertain()
    other = build(grow(backwards(to_plain(one)), Place("backwards")))
    assert list(other.jobcentres) != list(one.jobcentres) and fingerprint(other) == fingerprint(one)
    assert factors(other) == factors(one)
    for number in range(3):
        assert draw(other, 5, number) == draw(one, 5, number)
        assert fingerprint(vary(other, draw(other, 5, number))) == fingerprint(vary(one, draw(one, 5, number)))
