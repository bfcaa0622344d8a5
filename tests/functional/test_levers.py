"""Every lever of the schema bites, and only where it should.

For each key of a scenario the table below says what a change of it does: what is upstream of the diaries and differs, and nothing
else upstream may; which events must differ; and the day before which the event log must be the same to the last record. A key that
is not in the table fails a test, so that none can be added to the schema and do nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model.ledger import Event, Record, column
from sim.model.people import NONE
from sim.model.simulation import simulate
from sim.record import COST_COLUMNS, SECTOR_COLUMNS
from sim.scenario.parts import Part
from sim.scenario.schema import Scenario
from sim.scenario.support import Costs, Supply
from tests.scenarios import RICH, Changes, events, rich

DIARY = (Event.BOOKED, Event.HELD)

SAYS_NOTHING_TO_THE_MODEL = {
    "name": "other",
    "question": "How soon?",
    "replications": 7,
    "seed": 99,
    "jobcentres.*.place": [52.41, -1.77],
    "appointments.first_meeting.target_working_days": 3,
}
"""Keys for people, maps and measures, and those that a run is given by whoever starts it."""


@dataclass(frozen=True)
class Lever:
    """A change and what must follow from it."""

    change: Changes
    upstream: set[str] = field(default_factory=set)
    bites: tuple[Event, ...] = DIARY
    until: str = ""
    """The date before which nothing may differ; without one it is a change from the start."""


MINUTES, PEOPLE, RECRUITS = {"minutes"}, {"coaches", "minutes"}, {"coaches", "minutes", "training"}
COHORT, SHOP, YARD = "coaches.recruitment.first", "jobcentres.Shop", "jobcentres.Yard"
FIRST, REVIEW, AT_HUB = "appointments.first_meeting", "appointments.review", "appointments.youth_hub_meeting"
KICK, HELP, COURSE = "programmes.Kick", "programmes.Help", "programmes.Course"
JOBS, PLACES, INTAKES = f"{KICK}.supply.jobs", f"{HELP}.supply.places", f"{COURSE}.supply.intakes"
MARKET, SHOPS = "labour_market", "labour_market.sectors.Shops"
ENTRY, REFERRED, STARTED, WITHDREW = (Event.JOB_ENTRY,), (Event.REFERRED,), (Event.STARTED,), (Event.WITHDREW,)

LEVERS = {
    "period.from": Lever({"period.from": "2021-02-08"}, {"claims", "stock", *PEOPLE}),
    "period.to": Lever({"period.to": "2021-04-18"}, {"claims"}, until="2021-04-19"),
    "working_days": Lever({"working_days": "scotland"}, {"minutes", "desks"}, until="2021-03-25"),
    "closures.*.from": Lever({"closures.0.from": "2021-04-13"}, {"minutes", "desks"}, until="2021-04-08"),
    "closures.*.to": Lever({"closures.0.to": "2021-04-16"}, {"minutes", "desks"}, until="2021-04-08"),
    "closures.*.jobcentres": Lever({"closures.0.jobcentres": ["Dale"]}, {"minutes", "desks"}, until="2021-04-08"),
    "closures.*.announced": Lever({"closures.0.announced": None}, bites=(Event.BUMP,), until="2021-04-08"),
    "areas.*.claimants": Lever({"areas.North.claimants": 250}, {"stock", *RECRUITS}),
    "areas.*.claims_per_week": Lever({"areas.North.claims_per_week": {"2021-02-01": 30, "2021-03-01": 60}}, {"claims"}, until="2021-03-01"),
    "areas.*.by_weekday": Lever({"areas.North.by_weekday": [0.1, 0.1, 0.2, 0.2, 0.2, 0.1, 0.1]}, {"claims"}),
    "areas.*.age_groups": Lever({"areas.South.age_groups": {"16-24": 0, "25-49": 0.5, "50+": 0.5}}, {"ages", "homes"}, ENTRY),
    "claimants.age_groups": Lever({"claimants.age_groups": {"16-24": 0.6, "25-49": 0.2, "50+": 0.2}}, {"ages", "homes"}, ENTRY),
    "claimants.by_weekday": Lever({"claimants.by_weekday": [0, 0, 0, 0, 0, 0.5, 0.5]}, {"claims"}),
    "claimants.can_be_served_remotely": Lever({"claimants.can_be_served_remotely": 0.3}),
    "claimants.weeks_on_claim": Lever({"claimants.weeks_on_claim": {"0-3": 0.9, "4+": 0.1}}, {"stock"}),
    "claimants.longest_weeks_on_claim": Lever({"claimants.longest_weeks_on_claim": 60}, {"stock"}, ENTRY),
    "claimants.awaiting_first_meeting_days": Lever({"claimants.awaiting_first_meeting_days": 21}),
    "claimants.contact_before_start": Lever({"claimants.contact_before_start": "suspended"}),
    "jobcentres.*.area": Lever(
        {"jobcentres.Dale.area": "South", "jobcentres.Hill.share": 1, "jobcentres.Moor.share": 0.6}, {"origins", "homes", *RECRUITS}
    ),
    "jobcentres.*.share": Lever({"jobcentres.Dale.share": 0.5, "jobcentres.Hill.share": 0.5}, {"origins", "homes", *RECRUITS}),
    "jobcentres.*.coaches": Lever({"jobcentres.Hill.coaches": {"2021-02-01": 2.5, "2021-03-01": 3}}, PEOPLE, until="2021-03-01"),
    "jobcentres.*.desks": Lever({"jobcentres.Hill.desks": {"2021-02-01": 0.6, "2021-03-01": 0.1}}, {"desks"}, until="2021-03-01"),
    "jobcentres.*.temporary.opens": Lever({f"{SHOP}.temporary.opens": "2021-03-22"}, {"homes", "desks", *PEOPLE}, until="2021-03-10"),
    "jobcentres.*.temporary.closes": Lever({f"{SHOP}.temporary.closes": "2021-04-19"}, {"homes", "desks", *PEOPLE}, until="2021-04-07"),
    "jobcentres.*.temporary.announced": Lever({f"{SHOP}.temporary.announced": "2021-03-12"}, until="2021-03-10"),
    "jobcentres.*.temporary.closing_announced": Lever({f"{SHOP}.temporary.closing_announced": "2021-04-01"}, until="2021-04-01"),
    "jobcentres.*.takes_from": Lever({f"{SHOP}.takes_from": {"Dale": 0.5, "Hill": 0.1}}, {"homes", *PEOPLE}, until="2021-03-02"),
    "jobcentres.*.standing_caseload": Lever({f"{SHOP}.standing_caseload": False}, bites=(Event.MOVE, *DIARY), until="2021-03-15"),
    "jobcentres.*.coaches_from": Lever({f"{SHOP}.coaches_from": {"Hill": 0.5, "Dale": 0.5}}, PEOPLE, until="2021-03-10"),
    "jobcentres.*.takes_young_from": Lever({f"{YARD}.takes_young_from": {"North": 0.1, "South": 0.6}}, {"homes"}, until="2021-03-09"),
    "pools.*.channels": Lever({"pools.Phones.channels": ["phone", "face_to_face"]}),
    "pools.*.jobcentres": Lever({"pools.Phones.jobcentres": ["Dale", "Moor"]}),
    "coaches.minutes_per_day": Lever({"coaches.minutes_per_day": {"2021-02-01": 100, "2021-03-01": 120}}, MINUTES, until="2021-03-01"),
    "coaches.bookable_share": Lever({"coaches.bookable_share": {"2021-02-01": 0.9, "2021-03-01": 0.7}}, MINUTES, until="2021-03-01"),
    "coaches.absence": Lever({"coaches.absence": {"2021-02-01": 0.1, "2021-03-01": 0.3}}, MINUTES, until="2021-03-01"),
    "coaches.leavers_per_year": Lever({"coaches.leavers_per_year": {"2021-02-01": 0.2, "2021-03-01": 0.9}}, RECRUITS, until="2021-03-01"),
    "coaches.recruitment.*.starts": Lever({f"{COHORT}.starts": "2021-03-10"}, RECRUITS, until="2021-03-01"),
    "coaches.recruitment.*.announced": Lever({f"{COHORT}.announced": None}, until="2021-03-01"),
    "coaches.recruitment.*.coaches": Lever({f"{COHORT}.coaches": 5}, RECRUITS, until="2021-03-01"),
    "coaches.recruitment.*.training_working_days": Lever({f"{COHORT}.training_working_days": 8}, RECRUITS, until="2021-03-01"),
    "coaches.recruitment.*.ramp_working_days": Lever({f"{COHORT}.ramp_working_days": 15}, PEOPLE, until="2021-03-01"),
    "coaches.recruitment.*.to": Lever({f"{COHORT}.to": {"Moor": 3}}, RECRUITS, until="2021-03-01"),
    "appointments.book_ahead_working_days": Lever({"appointments.book_ahead_working_days": 12}),
    f"{FIRST}.minutes": Lever(
        {f"{FIRST}.minutes": {"2021-02-01": 30, "2021-03-08": {"value": 20, "announced": "2021-03-01"}}}, until="2021-03-01"
    ),
    f"{FIRST}.priority": Lever({f"{FIRST}.priority": 3}),
    f"{FIRST}.missed": Lever(
        {f"{FIRST}.missed": {"2021-02-01": 0.15, "2021-03-01": 0.6}}, bites=(Event.MISSED, *DIARY), until="2021-03-01"
    ),
    f"{FIRST}.reserve.share": Lever({f"{FIRST}.reserve.share": 0.1}),
    f"{FIRST}.reserve.until_days_before": Lever({f"{FIRST}.reserve.until_days_before": 0}),
    f"{REVIEW}.minutes": Lever(
        {f"{REVIEW}.minutes": {"2021-02-01": 10, "2021-03-08": {"value": 20, "announced": "2021-03-01"}}}, until="2021-03-01"
    ),
    f"{REVIEW}.priority": Lever({f"{REVIEW}.priority": 1}),
    f"{REVIEW}.every_weeks": Lever({f"{REVIEW}.every_weeks": {1: {"2021-02-01": 1, "2021-03-01": 2}, 14: 2}}, until="2021-03-01"),
    f"{REVIEW}.missed": Lever(
        {f"{REVIEW}.missed": {"2021-02-01": 0.1, "2021-03-01": 0.6}}, bites=(Event.MISSED, *DIARY), until="2021-03-01"
    ),
    f"{AT_HUB}.minutes": Lever(
        {f"{AT_HUB}.minutes": {"2021-02-01": 15, "2021-03-22": {"value": 30, "announced": "2021-03-16"}}}, until="2021-03-16"
    ),
    f"{AT_HUB}.priority": Lever({f"{AT_HUB}.priority": 1}, until="2021-03-09"),
    f"{AT_HUB}.every_weeks": Lever({f"{AT_HUB}.every_weeks": {1: {"2021-02-01": 1, "2021-03-22": 3}}}, until="2021-03-22"),
    f"{AT_HUB}.missed": Lever(
        {f"{AT_HUB}.missed": {"2021-02-01": 0.1, "2021-03-22": 0.6}}, bites=(Event.MISSED, *DIARY), until="2021-03-22"
    ),
    "service.face_to_face_share": Lever({"service.face_to_face_share": {"2021-02-01": 0.3, "2021-03-01": 0.9}}, until="2021-03-01"),
    "service.desks_usable": Lever({"service.desks_usable": {"2021-02-01": 0.8, "2021-03-01": 0.2}}, {"desks"}, until="2021-03-01"),
    "service.opening_minutes": Lever({"service.opening_minutes": {"2021-02-01": 300, "2021-03-01": 100}}, {"desks"}, until="2021-03-01"),
    "job_entry.monthly_rate_by_week": Lever(
        {"job_entry.monthly_rate_by_week": {0: 0.12, 13: {"2021-02-01": 0.08, "2021-03-01": 0.5}}},
        bites=ENTRY,
        until="2021-03-01",
    ),
    "job_entry.by_age_group": Lever({"job_entry.by_age_group": {"50+": 1.5}}, bites=ENTRY),
    "job_entry.market": Lever({"job_entry.market": {"2021-02-01": 1.2, "2021-03-01": 3}}, bites=ENTRY, until="2021-03-01"),
    "job_entry.weekly_instead_of_fortnightly": Lever({"job_entry.weekly_instead_of_fortnightly": 3}, bites=ENTRY),
    "job_entry.no_contact": Lever({"job_entry.no_contact": 0.1}, bites=ENTRY),
    "job_entry.phone_only": Lever({"job_entry.phone_only": 1.5}, bites=ENTRY),
    "job_entry.lost_early_meeting": Lever({"job_entry.lost_early_meeting": 0.1}, bites=ENTRY),
    "job_entry.early_weeks": Lever({"job_entry.early_weeks": 26}, bites=ENTRY),
    "job_entry.halved_length": Lever({"job_entry.halved_length": 0.2}, bites=ENTRY),
    "job_entry.reference_minutes": Lever({"job_entry.reference_minutes": 480}, bites=ENTRY),
    "job_entry.halved_caseload": Lever({"job_entry.halved_caseload": 2}, bites=ENTRY),
    "job_entry.reference_caseload": Lever({"job_entry.reference_caseload": 2000}, bites=ENTRY),
    "other_leaving.monthly_rate": Lever(
        {"other_leaving.monthly_rate": {"2021-02-01": 0.05, "2021-03-01": 0.4}}, bites=(Event.LEFT,), until="2021-03-01"
    ),
    "returns.share": Lever({"returns.share": 0.9}, bites=(Event.RETURN,), until="2021-02-02"),
    "returns.mean_weeks": Lever({"returns.mean_weeks": 6}, bites=(Event.RETURN,), until="2021-02-02"),
    f"{MARKET}.sectors.*.share": Lever({f"{SHOPS}.share": 0.2, f"{MARKET}.sectors.Works.share": 0.8}, bites=ENTRY),
    f"{MARKET}.sectors.*.vacancies": Lever({f"{SHOPS}.vacancies": 500}, bites=ENTRY),
    f"{MARKET}.sectors.*.inflow_per_week": Lever(
        {f"{SHOPS}.inflow_per_week": {"2021-02-01": 20, "2021-03-01": 200}}, {"inflow"}, ENTRY, until="2021-03-02"
    ),
    f"{MARKET}.elasticity": Lever({f"{MARKET}.elasticity": 1}, bites=ENTRY),
    f"{MARKET}.reference_tightness": Lever({f"{MARKET}.reference_tightness": 0.02}, bites=ENTRY),
    f"{MARKET}.others_hiring_monthly_rate": Lever({f"{MARKET}.others_hiring_monthly_rate": 0.99}, bites=ENTRY, until="2021-02-02"),
    f"{MARKET}.lapsing_monthly_rate": Lever({f"{MARKET}.lapsing_monthly_rate": 0.99}, bites=ENTRY, until="2021-02-02"),
    "programmes.*.open.from": Lever({f"{HELP}.open.from": "2021-03-08"}, bites=REFERRED, until="2021-03-01"),
    "programmes.*.open.to": Lever({f"{HELP}.open.to": "2021-04-07"}, bites=REFERRED + WITHDREW, until="2021-04-07"),
    "programmes.*.who.age_groups": Lever({f"{KICK}.who.age_groups": ["25-49"]}, bites=REFERRED, until="2021-03-08"),
    "programmes.*.who.areas": Lever({f"{KICK}.who.areas": ["South"]}, bites=REFERRED, until="2021-03-08"),
    "programmes.*.who.sectors": Lever({f"{COURSE}.who.sectors": ["Works"]}, bites=REFERRED, until="2021-03-03"),
    "programmes.*.who.at_least_weeks": Lever(
        {f"{HELP}.who.at_least_weeks": {"2021-02-01": 4, "2021-03-15": 20}}, bites=REFERRED, until="2021-03-15"
    ),
    "programmes.*.who.at_most_weeks": Lever(
        {f"{HELP}.who.at_most_weeks": {"2021-02-01": 30, "2021-03-15": 10}}, bites=REFERRED, until="2021-03-15"
    ),
    "programmes.*.supply.places": Lever({PLACES: {"2021-02-01": 12, "2021-03-15": 20}}, bites=STARTED, until="2021-03-15"),
    "programmes.*.supply.jobs.applied_per_week": Lever(
        {f"{JOBS}.applied_per_week": {"2021-02-22": 6, "2021-03-15": 30}},
        bites=STARTED,
        until="2021-03-27",  # twelve days later
    ),
    "programmes.*.supply.jobs.days_to_approve": Lever({f"{JOBS}.days_to_approve": 12}, bites=STARTED, until="2021-03-08"),
    "programmes.*.supply.jobs.days_to_advertise": Lever({f"{JOBS}.days_to_advertise": 12}, bites=STARTED, until="2021-03-08"),
    "programmes.*.supply.jobs.days_to_fill": Lever({f"{JOBS}.days_to_fill": 12}, bites=STARTED, until="2021-03-08"),
    "programmes.*.supply.jobs.filled_at_most": Lever({f"{JOBS}.filled_at_most": 0.4}, bites=STARTED, until="2021-03-08"),
    "programmes.*.supply.intakes.every_weeks": Lever({f"{INTAKES}.every_weeks": 2}, bites=STARTED, until="2021-03-10"),
    "programmes.*.supply.intakes.places": Lever(
        {f"{INTAKES}.places": {"2021-02-01": 6, "2021-03-11": 2}}, bites=STARTED, until="2021-03-17"
    ),
    "programmes.*.priority": Lever({f"{KICK}.priority": 3}, bites=REFERRED, until="2021-03-08"),
    "programmes.*.referral_at_review": Lever(
        {f"{HELP}.referral_at_review": {"2021-02-01": 0.3, "2021-03-15": 0.9}}, bites=REFERRED, until="2021-03-15"
    ),
    "programmes.*.take_up": Lever({f"{KICK}.take_up": 0.3}, bites=REFERRED, until="2021-03-08"),
    "programmes.*.queue.order": Lever({f"{HELP}.queue.order": "first_come"}, bites=STARTED, until="2021-03-01"),
    "programmes.*.queue.withdrawing_monthly_rate": Lever(
        {f"{KICK}.queue.withdrawing_monthly_rate": 0.95}, bites=WITHDREW, until="2021-03-09"
    ),
    "programmes.*.queue.longest_wait_days": Lever({f"{KICK}.queue.longest_wait_days": 5}, bites=WITHDREW, until="2021-03-13"),
    "programmes.*.weeks": Lever({f"{KICK}.weeks": 1}, bites=(Event.COMPLETED,), until="2021-03-15"),
    "programmes.*.length": Lever({f"{HELP}.length": "fixed"}, bites=(Event.COMPLETED,), until="2021-03-02"),
    "programmes.*.drop_out_monthly_rate": Lever({f"{HELP}.drop_out_monthly_rate": 0.9}, bites=(Event.DROPPED_OUT,), until="2021-03-02"),
    "programmes.*.contact_goes_on": Lever({f"{KICK}.contact_goes_on": True}, until="2021-03-08"),
    "programmes.*.job_entry_while_on_it": Lever({f"{HELP}.job_entry_while_on_it": 8}, bites=ENTRY, until="2021-03-02"),
    "programmes.*.job_entry_after": Lever({f"{HELP}.job_entry_after": 8}, bites=ENTRY, until="2021-03-02"),
    "programmes.*.into_work_at_end": Lever({f"{KICK}.into_work_at_end": 0.9}, bites=ENTRY, until="2021-03-22"),
    "programmes.*.retraining.share": Lever({f"{COURSE}.retraining.share": 0.1}, bites=ENTRY, until="2021-03-08"),
    "programmes.*.retraining.to": Lever({f"{COURSE}.retraining.to": {"Works": 0.1, "Shops": 0.9}}, bites=ENTRY, until="2021-03-08"),
}

PRICES = {
    "costs.coach_per_year": "coaches",
    "costs.trainee_per_year": "training",
    "costs.trainer_per_year": "training",
    "costs.trainees_per_trainer": "training",
    "costs.desk_per_year": "estate",
    "costs.temporary_jobcentre_per_year": "estate",
    "costs.temporary_jobcentre_opening": "estate",
    "costs.youth_hub_per_year": "estate",
    "costs.youth_hub_opening": "estate",
    "programmes.*.cost_per_start": "programmes",
}
"""What pounds each price is in: nothing else may change."""


def keys_of(part: type[Part], above: str = "") -> Iterator[str]:
    """Every key of the schema that holds a value, with ``*`` for a name that is free."""
    for name, info in part.model_fields.items():
        yield from _below(info.annotation, f"{above}{info.alias or name}")


def _below(hint: Any, path: str) -> Iterator[str]:
    options = [option for option in get_args(hint) if option is not type(None)] or [hint]
    kind, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Part):
        yield from keys_of(hint, f"{path}.")
    elif kind in (dict, list) and isinstance(inner[-1], type) and issubclass(inner[-1], Part):
        yield from keys_of(inner[-1], f"{path}.*.")
    elif kind in (Union, UnionType) and len(options) == 1:
        yield from _below(options[0], path)
    else:
        yield path


def test_every_key_of_the_schema_is_in_the_table():
    keys = list(keys_of(Scenario))
    assert len(keys) == len(set(keys)) > 60
    assert sorted(keys) == sorted([*LEVERS, *PRICES, *SAYS_NOTHING_TO_THE_MODEL])


# ---- what there is to compare


def run(changes: Changes) -> Record:
    return simulate(rich(changes), seed=1, replication=0, events=True)


@pytest.fixture(scope="module")
def base() -> Record:
    return run({})


def people_by_name(record: Record) -> dict[tuple[Any, ...], np.void]:
    """The rows of everyone by area, date of the first claim (None for those who were there before) and number on that day."""
    seen: Counter[Any] = Counter()
    out = {}
    for row in record.people[record.people["spell"] == 0]:
        entry = record.start + dt.timedelta(days=int(row["claim"])) if row["claim"] >= 0 else None
        day = (record.areas[row["area"]], entry)
        out[*day, seen[day]] = row
        seen[day] += 1
    return out


def upstream(record: Record) -> dict[str, dict[Any, Any]]:
    """What the diaries do not decide: of people by who they are, of places by jobcentre and date, of vacancies by sector and date."""
    people = people_by_name(record)

    def of_people(name):
        return {who: row[name] for who, row in people.items()}

    def of_places(name):
        return {
            (jobcentre, record.start + dt.timedelta(days=day)): record.by_site[day, j, column(name)]
            for j, jobcentre in enumerate(record.jobcentres)
            for day in range(record.days)
        }

    return {
        "claims": {who: True for who in people if who[1]},
        "stock": {who: record.start + dt.timedelta(days=int(row["claim"])) for who, row in people.items() if not who[1]},
        "origins": of_people("origin"),
        "homes": of_people("home"),
        "ages": of_people("age"),
        "coaches": of_places("coaches"),
        "training": of_places("in_training"),
        "minutes": of_places("coach_minutes"),
        "desks": of_places("desk_minutes"),
        "inflow": {
            (sector, record.start + dt.timedelta(days=day)): record.by_sector[day, s, SECTOR_COLUMNS.index("inflow")]
            for s, sector in enumerate(record.sectors)
            for day in range(record.days)
        },
    }


def differing(one: Record, other: Record) -> set[str]:
    """Names of what differs; of people and places, among those in both, except that claims and stock are who there is."""
    theirs = upstream(other)
    out = set()
    for name, values in upstream(one).items():
        both = values.keys() & theirs[name].keys()
        assert both, name
        everyone_counts = name in ("claims", "stock") and values.keys() != theirs[name].keys()
        if everyone_counts or any(values[key] != theirs[name][key] for key in both):
            out.add(name)
    return out


@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_bites_and_only_where_it_should(key, base):
    lever = LEVERS[key]
    changed = run(lever.change)
    assert differing(base, changed) == lever.upstream
    if lever.until:
        known = (dt.date.fromisoformat(lever.until) - base.start).days
        assert np.array_equal(events(base, before=known), events(changed, before=known)), f"differs before {lever.until}"
    assert {event for event in lever.bites if np.array_equal(events(base, event), events(changed, event))} == set()


def pounds(record: Record) -> dict[str, NDArray[np.float64]]:
    """Everything that is paid for, by day and jobcentre, or by programme."""
    by_column = {name: record.costs[:, :, i] for i, name in enumerate(COST_COLUMNS)}
    starts = record.episodes["programme"][record.episodes["started"] != NONE]
    return by_column | {"programmes": np.bincount(starts, minlength=len(record.programmes)) * record.cost_per_start}


def written(key: str) -> Any:
    """What the rich scenario has at a dotted key."""
    at: Any = RICH
    for name in key.split("."):
        at = at[name]
    return at


@pytest.mark.parametrize("key", PRICES)
def test_a_price_moves_its_costs_and_nothing_else(key, base):
    name = key.replace("*", "Help")
    changed = run({name: 2 * float(written(name))})
    assert np.array_equal(events(changed), events(base))
    before, after = pounds(base), pounds(changed)
    assert [name for name in before if not np.array_equal(before[name], after[name])] == [PRICES[key]]


@pytest.mark.parametrize("key", SAYS_NOTHING_TO_THE_MODEL)
def test_what_is_written_for_people_changes_nothing(key, base):
    changed = run({key.replace("*", "Hill"): SAYS_NOTHING_TO_THE_MODEL[key]})
    assert np.array_equal(events(changed), events(base))


def test_the_rich_scenario_uses_every_part_of_the_schema():
    """Else a lever could be tested where it has nothing to do."""
    scenario = rich()
    assert scenario.closures and scenario.pools and scenario.temporary and scenario.coaches.recruitment
    assert scenario.appointments.first_meeting.reserve is not None
    assert scenario.youth_hubs and scenario.returns and scenario.labour_market
    assert {kind for one in scenario.programmes.values() for kind in Supply.model_fields if getattr(one.supply, kind)} == {
        *Supply.model_fields
    }
    assert any(one.retraining for one in scenario.programmes.values())
    assert all(float(getattr(scenario.costs, key)) > 0 for key in Costs.model_fields)
    assert set(RICH) == set(Scenario.model_fields) - {"question", "replications", "seed"}
