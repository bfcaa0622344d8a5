"""What a modeller of policy believes before looking, of programmes, the labour market, youth hubs, returns and how people are met.

Minutes are without end and nobody else is in the way unless a test says so; everyone's luck is held, so that most comparisons are person
by person.
"""

from itertools import pairwise

import numpy as np
import pytest
from ruamel.yaml import YAML

import sim
from sim.measures import MEASURES
from sim.model.ledger import Event
from sim.model.simulation import simulate
from sim.record import END, JOB_ENTRY, SECTOR_COLUMNS
from sim.scenario.schema import AGE_GROUPS
from sim.view import View
from tests.scenarios import BOUNDLESS, TINY, VALUE, daily, events, tiny, total

YOUNG = AGE_GROUPS.index("16-24")
NEVER = 10_000
PERIOD = {"from": "2021-02-01", "to": "2021-07-31"}
BASE = {
    **BOUNDLESS,
    "period": PERIOD,
    "areas.North": {"claimants": 300, "claims_per_week": 25},
    "job_entry": {"monthly_rate_by_week": {0: 0.15}},
    "other_leaving.monthly_rate": 0.05,
}
"""Half a year; about 900 people, a fifth of them young; minutes for everyone."""
SHORT = {"jobcentres.Hill.coaches": 5, "jobcentres.Hill.desks": 50}
"""Coaches for half of that."""


def run(*changes, replication=0):
    merged = {key: value for change in (BASE, *changes) for key, value in change.items()}
    return simulate(tiny(merged), seed=1, replication=replication, events=True)


def programme(**more):
    """Twelve weeks of support beside reviews, with places for everyone who wants one."""
    return {
        "open": dict(PERIOD),
        "supply": {"places": 10_000},
        "referral_at_review": 0.5,
        "weeks": 12,
        "contact_goes_on": True,
        **more,
    }


def only(**more):
    return {"programmes": {"Help": programme(**more)}}


FOR_YOUNG = {"who": {"age_groups": ["16-24"]}}


def market(elasticity, vacancies, inflow, **more):
    """Two sectors of equal size and equally many jobs."""
    sector = {"share": 0.5, "vacancies": vacancies, "inflow_per_week": inflow}
    return {
        "labour_market": {
            "sectors": {"Hiring": sector, "Shrinking": sector},
            "elasticity": elasticity,
            "reference_tightness": 0.25,
            "others_hiring_monthly_rate": 0.2,
            "lapsing_monthly_rate": 0.1,
            **more,
        }
    }


SCARCE = market(1, 10, 8, others_hiring_monthly_rate=0.01, lapsing_monthly_rate=0.01, reference_tightness=0.05)


def entry_day(record):
    """The day on which each person entered work; far away if they did not."""
    return np.where(record.people["exit_kind"] == JOB_ENTRY, record.people["exit"], NEVER)


def start_day(record):
    """The day on which each person started a programme; far away if they did not."""
    out = np.full(len(record.people), NEVER)
    began = record.episodes[record.episodes["started"] >= 0]
    out[began["person"]] = began["started"]
    return out


def of(record, log, young):
    """Events of the young, or of everyone else."""
    return log[(record.people["age"][log[:, 2]] == YOUNG) == young]


def flow(record, what, name="Help"):
    return View(record).of_programme(record.programmes.index(name)).flow(what)


def sector(record, what, name):
    return record.by_sector[:, record.sectors.index(name), SECTOR_COLUMNS.index(what)]


# ---- places and dates


def test_more_places_start_nobody_later_and_more_people_sooner():
    """Person by person, with support beside reviews that changes nothing else."""
    records = [run(only(supply={"places": places})) for places in (5, 10, 20, 40)]
    for few, many in pairwise(records):
        assert (start_day(many) <= start_day(few)).all()
        assert (np.cumsum(flow(many, "started")) >= np.cumsum(flow(few, "started"))).all()
        assert flow(many, "started").sum() > flow(few, "started").sum() + 10
        assert View(many).of_programme(0).in_queue.sum() < View(few).of_programme(0).in_queue.sum()


def subsidised(opens):
    """Jobs of three months for the young, which most keep; employers apply from the opening on, and it takes four weeks to fill a job."""
    jobs = {"applied_per_week": {opens: 6}, "days_to_approve": 14, "days_to_advertise": 7, "days_to_fill": 7}
    kept = {"weeks": 13, "contact_goes_on": False, "job_entry_while_on_it": 0, "into_work_at_end": 0.8, "referral_at_review": 1}
    return only(open={"from": opens, "to": "2022-01-30"}, supply={"jobs": jobs}, **FOR_YOUNG, **kept)


def test_jobs_for_the_young_half_a_year_earlier_put_more_of_them_in_work_and_earlier():
    """When ordinary job entry is rare. At first fewer enter work, since those in the jobs do not look for another."""
    rare = {"period": {"from": "2021-02-01", "to": "2022-01-30"}, "job_entry": {"monthly_rate_by_week": {0: 0.04}}}
    none, late, early = run(rare), run(rare, subsidised("2021-08-02")), run(rare, subsidised("2021-02-01"))
    young = [np.cumsum(record.by_home[:, 0, YOUNG, 4]) for record in (none, late, early)]
    assert total(none, "job_entries") == record_entries(none)
    assert (np.cumsum(flow(early, "started")) >= np.cumsum(flow(late, "started"))).all()
    assert flow(early, "started")[:182].sum() > 50 > flow(late, "started")[:182].sum() == 0
    assert (young[1][:182] == young[0][:182]).all(), "not open yet"
    assert (young[2][:100] <= young[0][:100]).all() and young[2][100] < young[0][100], "in the jobs they do not look for another"
    assert young[2][-1] > young[1][-1] + 10 and young[2][-1] > young[0][-1] + 30
    assert (young[2][200:] > young[1][200:]).all()


def record_entries(record):
    """Job entries counted from the histories."""
    return (record.people["exit_kind"] == JOB_ENTRY).sum()


@pytest.mark.parametrize(
    "supply",
    [{"places": 20}, {"jobs": {"applied_per_week": 5}}, {"intakes": {"every_weeks": 2, "places": 10}}],
    ids=["places", "jobs", "courses"],
)
def test_before_it_opens_a_programme_changes_nothing(supply):
    """1 April is day 59. Whether it opens then, or on 1 June, or never, every event before is the same, to the last booking."""
    never = run(SHORT)
    april, june = (
        run(SHORT, only(open={"from": opens, "to": "2021-07-31"}, supply=supply, contact_goes_on=False))
        for opens in ("2021-04-01", "2021-06-01")
    )
    assert events(april, before=59).tolist() == events(june, before=59).tolist() == events(never, before=59).tolist()
    assert events(june, before=120).tolist() == events(never, before=120).tolist()
    assert flow(april, "started")[:120].sum() > 10


def test_a_programme_without_places_is_as_good_as_none_to_people():
    """They are referred and wait in vain until the first place, on 30 July, day 179; everything else is the same, event by event."""
    places = {"2021-02-01": 0, "2021-07-30": 1}
    none, empty = run(SHORT), run(SHORT, only(supply={"places": places}, job_entry_while_on_it=5, contact_goes_on=False))
    log = events(empty, before=179)
    about = np.isin(log[:, 3], [Event.REFERRED, Event.WITHDREW])
    assert log[~about].tolist() == events(none, before=179).tolist()
    assert about.sum() > 100


# ---- whom it touches


def test_a_programme_for_the_young_touches_nobody_else_where_nothing_is_shared():
    """Minutes without end and no labour market: every event of everyone else is the same."""
    none, there = run(), run(only(**FOR_YOUNG, contact_goes_on=False, job_entry_while_on_it=2))
    assert of(there, there.events, young=False).tolist() == of(none, none.events, young=False).tolist()
    assert of(there, there.events, young=True).tolist() != of(none, none.events, young=True).tolist()
    assert flow(there, "started").sum() > 50


def test_where_minutes_are_short_others_are_met_more_often_while_the_young_are_away():
    none, away = run(SHORT), run(SHORT, only(**FOR_YOUNG, referral_at_review=1, contact_goes_on=False))
    assert flow(away, "started").sum() > 50
    held = [len(of(record, events(record, Event.HELD), young=False)) for record in (none, away)]
    assert held[1] > 1.05 * held[0]


def test_programmes_without_contact_free_the_minutes_of_coaches_and_others_do_not():
    none, with_contact, without = run(), run(only()), run(only(contact_goes_on=False))
    assert total(with_contact, "coach_minutes_held") == total(none, "coach_minutes_held")
    assert total(without, "coach_minutes_held") < 0.8 * total(none, "coach_minutes_held")
    held = {(person, day) for day, _, person, *_ in events(without, Event.HELD).tolist()}
    for row in without.episodes[without.episodes["started"] >= 0]:
        until = row["ended"] if row["ended"] >= 0 else without.days
        assert not any((row["person"], day) in held for day in range(row["started"] + 1, until))


def test_nobody_enters_work_from_a_programme_that_rules_it_out():
    """As those on a subsidised job. Without that, many do. People are no less likely to before and after."""
    free, locked = run(only()), run(only(job_entry_while_on_it=0))
    entered = END.index("entered_work_on_it")
    assert (locked.episodes["end"] == entered).sum() == 0 and (free.episodes["end"] == entered).sum() > 100
    assert (entry_day(locked) >= entry_day(free)).all()
    never_on_it = start_day(locked) == NEVER
    assert (entry_day(locked)[never_on_it] == entry_day(free)[never_on_it]).all()
    assert (entry_day(locked) < NEVER).sum() > 100


def test_support_that_helps_brings_entries_forward_and_support_that_harms_puts_them_off():
    by_factor = [run(only(job_entry_while_on_it=factor, job_entry_after=factor)) for factor in (0.5, 1, 2)]
    for less, more in pairwise(by_factor):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 20
    assert (entry_day(by_factor[1]) == entry_day(run())).all()


# ---- the labour market


def test_where_jobs_are_scarce_helping_some_displaces_others():
    """Claimants take nearly all of the jobs there are. More of the young do, fewer of the others, and in all hardly more."""
    helped = only(**FOR_YOUNG, referral_at_review=1, job_entry_while_on_it=4)
    (young0, others0), (young1, others1) = (entries_by_age(run(SCARCE, *more)) for more in ((), (helped,)))
    assert young1 > young0 + 20
    assert others1 < others0 - 20
    assert 0 <= young1 + others1 - young0 - others0 < 0.3 * (young1 - young0), "net is less than gross"


def entries_by_age(record):
    """Job entries of the young and of everyone else."""
    by_age = record.by_home[:, :, :, 4].sum(axis=(0, 1))
    assert by_age.sum() == record_entries(record)
    return by_age[YOUNG], by_age.sum() - by_age[YOUNG]


def test_with_elasticity_zero_nobody_is_displaced():
    """As long as there are vacancies at all, others' days of entry stay the same to the day, and the gain is that of the young."""
    plenty, helped = market(0, 1000, 100), only(**FOR_YOUNG, referral_at_review=1, job_entry_while_on_it=4)
    none, there = run(plenty), run(plenty, helped)
    others = none.people["age"] != YOUNG
    assert (entry_day(there) == entry_day(none))[others].all()
    assert total(there, "job_entries") > total(none, "job_entries") + 20


def test_more_vacancies_mean_more_entries_and_without_any_nobody_enters_work():
    entries = [total(run(market(0.5, jobs, jobs / 2)), "job_entries") for jobs in (0, 10, 30, 100, 300)]
    assert entries[0] == 0 and all(less < more for less, more in pairwise(entries))


def test_retraining_moves_people_and_their_job_entries_to_the_hiring_sector():
    """Vacancies fall in the sector they move to and rise in the one they leave."""
    who, on_it = {"who": {"sectors": ["Shrinking"]}}, {"weeks": 4, "job_entry_while_on_it": 0, "referral_at_review": 1}
    jobs = market(0.5, 60, 30)
    stay, move = (run(jobs, only(**who, **on_it, retraining={"share": share, "to": {"Hiring": 1}})) for share in (0, 1))
    assert flow(move, "completed").sum() > 100
    assert sector(move, "searchers", "Hiring")[-1] > sector(stay, "searchers", "Hiring")[-1] + 20
    assert sector(move, "searchers", "Shrinking")[-1] < sector(stay, "searchers", "Shrinking")[-1] - 20
    assert sector(move, "entries", "Hiring").sum() > sector(stay, "entries", "Hiring").sum() + 20
    later = slice(90, None)
    assert (sector(move, "vacancies", "Hiring")[later] < sector(stay, "vacancies", "Hiring")[later]).all()
    assert (sector(move, "vacancies", "Shrinking")[later] > sector(stay, "vacancies", "Shrinking")[later]).all()


# ---- youth hubs


def two(coaches=1000):
    """Two areas with a jobcentre each, met every other week."""
    return {
        "areas": {"North": {"claimants": 200, "claims_per_week": 15}, "South": {"claimants": 100, "claims_per_week": 10}},
        "jobcentres": {
            "Hill": {"area": "North", "share": 1, "coaches": coaches, "desks": 1000},
            "Moor": {"area": "South", "share": 1, "coaches": 1000, "desks": 1000},
        },
        "job_entry": {"monthly_rate_by_week": {0: 0.15}, "weekly_instead_of_fortnightly": 1.4},
        "appointments.review.every_weeks": {1: 2},
    }


HUB = {
    "jobcentres.Yard": {
        "temporary": {"opens": "2021-03-01"},
        "takes_young_from": {"North": 0.6},
        "standing_caseload": True,
        "coaches": 8,
        "desks": 20,
    },
    "appointments.youth_hub_meeting": {"minutes": 20, "priority": 2, "every_weeks": {1: 1}, "missed": 0},
}


def test_a_youth_hub_touches_only_the_young_of_its_areas():
    """With minutes without end elsewhere. Their weekly meetings bring some into work earlier."""
    none, hub = run(two()), run(two(), HUB)
    north = hub.areas.index("North")
    served = (hub.people["age"] == YOUNG) & (hub.people["area"] == north)
    log = [record.events[~served[record.events[:, 2]]] for record in (none, hub)]
    assert log[0][:, [0, 1, 2, 3, 5, 6, 7, 8]].tolist() == log[1][:, [0, 1, 2, 3, 5, 6, 7, 8]].tolist()
    assert not (log[1][:, 4] == hub.jobcentres.index("Yard")).any()
    assert (entry_day(hub)[~served] == entry_day(none)[~served]).all()
    assert (entry_day(hub) <= entry_day(none)).all()
    assert (entry_day(hub) < entry_day(none)).sum() > 10


def test_the_minutes_of_a_youth_hubs_coaches_are_used_by_its_young_people():
    hub = run(two(), HUB)
    yard = hub.jobcentres.index("Yard")
    served = events(hub, Event.HELD)
    served = served[served[:, 4] == yard]
    people = hub.people[served[:, 2]]
    assert set(people["age"]) == {YOUNG} and set(people["area"]) == {hub.areas.index("North")}
    assert served[:, VALUE].sum() == total(hub, "coach_minutes_held", "Yard") > 1000
    assert daily(hub, "coach_minutes_held", "Yard")[:28].sum() == 0, "it opens on 1 March, day 28"


def test_the_young_at_a_hub_free_the_minutes_of_the_jobcentre_for_the_others():
    none, hub = run(two(coaches=1.5)), run(two(coaches=1.5), HUB)
    stayed = (none.people["age"] != YOUNG) & (none.people["area"] == none.areas.index("North"))
    held = [stayed[events(record, Event.HELD)[:, 2]].sum() for record in (none, hub)]
    assert held[1] > 1.05 * held[0]


# ---- returns


def test_returns_are_counted_apart():
    """Claims, and the first spells of everyone, are the same whether people return or not; only first claims make the rate of job entry."""
    none, back = run(), run({"returns": {"share": 0.5, "mean_weeks": 6}})
    first = back.people["spell"] == 0
    assert total(back, "claims") == total(none, "claims") == (first & (back.people["claim"] >= 0)).sum()
    assert total(back, "returns") == (~first).sum() > 50
    assert sorted(zip(*(back.people[first][name].tolist() for name in ("claim", "exit", "held")), strict=True)) == sorted(
        zip(*(none.people[name].tolist() for name in ("claim", "exit", "held")), strict=True)
    )
    for measure in ("job_entry_rate", "days_to_job", "claims"):
        counts = [MEASURES[measure].compute(View(record)) for record in (none, back)]
        assert np.array_equal(*map(np.array, counts), equal_nan=True), measure
    assert total(back, "job_entries") > total(none, "job_entries") + 10


# ---- how people are met

PHONE = {"claimants.can_be_served_remotely": 1, "service.face_to_face_share": 0.3, "job_entry.no_contact": 0.1}
MISSING = {"appointments.first_meeting.missed": 0.3, "appointments.review.missed": 0.2}
LONG = {"appointments.review.minutes": 20}
BUSY = {**SHORT, "job_entry.reference_caseload": 25}
EFFECTS = {
    "phone_only": (PHONE, [0.4, 0.7, 1, 1.3]),
    "lost_early_meeting": (MISSING, [0.3, 0.6, 1, 1.3]),
    "halved_length": (LONG, [1.6, 1.3, 1, 0.7]),
    "halved_caseload": (BUSY, [2, 1.4, 1, 0.8]),
}
"""Each with values that mean more and more job entry: meetings are twice as long as the reference, and caseloads larger than it."""


@pytest.mark.parametrize("effect", EFFECTS)
def test_each_effect_of_how_people_are_met_goes_in_its_direction(effect):
    """Person by person; for caseloads, which depend on who has gone, in total."""
    where, values = EFFECTS[effect]
    records = [run(where, {f"job_entry.{effect}": value}) for value in values]
    for less, more in pairwise(records):
        assert total(more, "job_entries") > total(less, "job_entries") + 5
        if effect != "halved_caseload":
            assert (entry_day(more) <= entry_day(less)).all()


@pytest.mark.parametrize("effect", EFFECTS)
def test_switched_off_an_effect_changes_nothing_at_all(effect):
    """A factor of 1 whatever the rest: every event the same, whatever its reference says."""
    where, _ = EFFECTS[effect]
    references = {"job_entry.early_weeks": 20, "job_entry.reference_minutes": 45, "job_entry.reference_caseload": 7}
    assert events(run(where, {f"job_entry.{effect}": 1}, references)).tolist() == events(run(where)).tolist()


def test_effects_are_nothing_where_people_are_met_as_at_the_reference():
    """Face to face, missing nothing, ten minutes long."""
    effects = {"job_entry.no_contact": 0.3, "job_entry.phone_only": 0.3, "job_entry.lost_early_meeting": 0.3, "job_entry.halved_length": 3}
    assert events(run(effects)).tolist() == events(run({"job_entry.no_contact": 0.3})).tolist()


# ---- a programme of one's own


def test_a_programme_nobody_thought_of_needs_a_scenario_file_and_nothing_else(tmp_path):
    """The fifth of five, in text: loaded, run, and in every table by its name."""
    plain = {key: value for key, value in TINY.items() if key != "name"}
    plain |= {
        "job_entry": {"monthly_rate_by_week": {0: 0.1}},
        "jobcentres": {"Hill": {"area": "North", "share": 1, "coaches": 20, "desks": 20}},
    }
    file = tmp_path / "own.yaml"
    with file.open("w") as stream:
        YAML(typ="safe").dump(plain, stream)
        four = "".join(
            f"""
  {name}:
    open: {{from: 2021-02-01, to: 2021-03-28}}
    supply: {{places: 5}}
    referral_at_review: 0.1
    weeks: 3
    contact_goes_on: true"""
            for name in ("First", "Second", "Third", "Fourth")
        )
        stream.write(
            f"""name: five
programmes:{four}
  Evening boat building:
    open: {{from: 2021-02-08, to: 2021-03-28}}
    who: {{age_groups: [25-49, 50+]}}
    supply: {{intakes: {{every_weeks: 2, places: 6}}}}
    referral_at_review: 0.5
    take_up: 0.9
    weeks: 2
    length: uniform
    contact_goes_on: false
    into_work_at_end: 0.5
    cost_per_start: 900
"""
        )
    result = sim.run(sim.load(file), replications=2, workers=1, events=True)
    name = "Evening boat building"
    for table in (result.summary, result.weekly, result.events):
        assert name in set(table["programme"].astype(str))
    summary = result.summary.reset_index()
    starts = summary[(summary["measure"] == "programme_starts") & (summary["programme"] == name) & (summary["age_group"] == "all")]
    assert starts["estimate"].max() > 5
