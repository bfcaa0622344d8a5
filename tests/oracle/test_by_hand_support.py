"""The oracle against logs worked out by hand from the rules: programmes, vacancies, returns, youth hubs and personal support.

As in the other logs by hand, each run starts on Monday 1 February 2021. Here coaches are never short, so everyone who is there at the
start has the first meeting on that Monday, day 0, and the first review on Monday 8 February, day 7, unless said otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.luck import UNITS, Luck, Purpose, person, with_programme
from tests.oracle.by_hand import (
    ASH,
    BOOKED,
    BOX,
    COMPLETED,
    DROPPED_OUT,
    FACE_TO_FACE,
    FIRST,
    FRESH,
    HELD,
    HUB_MEETING,
    JOB_ENTRY,
    MOVE,
    NONE,
    REFERRED,
    RETURN,
    REVIEW,
    STARTED,
    WITHDREW,
    days_on_claim,
    stock,
    thresholds,
)
from tests.oracle.model import run_oracle
from tests.oracle.small import small

KICK = 0
STAGES = {"days_to_approve": 2, "days_to_advertise": 3, "days_to_fill": 1}
BY_PHONE = {"claimants.can_be_served_remotely": 1, "service.face_to_face_share": 0}
FIRST_HELD = (HELD, ASH, FIRST, FACE_TO_FACE, NONE, 30)
REVIEW_HELD = (HELD, ASH, REVIEW, FACE_TO_FACE, NONE, 10)
REFERRED_TO_KICK = (REFERRED, ASH, NONE, NONE, KICK, 1)


def booked(day: int, kind: int = REVIEW, at: int = ASH) -> tuple[int, ...]:
    return BOOKED, at, kind, FACE_TO_FACE, NONE, day


def on_kick(event: int, value: int) -> tuple[int, ...]:
    return event, ASH, NONE, NONE, KICK, value


def people(number: int, until: str, **changes: Any) -> dict[str, Any]:
    """So many people who claimed in the week before, and nine coaches."""
    return {
        **FRESH,
        "areas.Area.claimants": number,
        "period": {"from": "2021-02-01", "to": until},
        "jobcentres.Ash": {"area": "Area", "share": 1, "coaches": 9, "desks": 9},
    } | changes


def kick(**more: Any) -> dict[str, Any]:
    """A programme of two weeks without contact, with one place, to which everyone is referred."""
    return {
        "open": {"from": "2021-02-01", "to": "2021-02-28"},
        "supply": {"places": 1},
        "referral_at_review": 1,
        "weeks": 2,
        "contact_goes_on": False,
    } | more


def kick_luck(luck: Luck, purpose: Purpose, count: int = 0) -> float:
    """What the programme decides about the first person, to two places."""
    return round(luck.uniform(with_programme(person("Area", None, 0), "Kick"), purpose, count), 3)


def test_one_place_for_two() -> None:
    scenario = small(people(2, "2021-02-23", programmes={"Kick": kick()}))
    assert run_oracle(scenario, 4, 0) == [
        (-1, 6, 0, *booked(0, FIRST)),
        (-1, 6, 1, *booked(0, FIRST)),
        (0, 3, 0, *FIRST_HELD),
        (0, 3, 1, *FIRST_HELD),
        (0, 6, 0, *booked(7)),
        (0, 6, 1, *booked(7)),
        # Monday 8 February: both are referred, and the first takes the place. No more appointments for 0; 1 waits, and is reviewed.
        (7, 3, 0, *REVIEW_HELD),
        (7, 3, 0, *REFERRED_TO_KICK),
        (7, 3, 1, *REVIEW_HELD),
        (7, 3, 1, *REFERRED_TO_KICK),
        (7, 5, 0, *on_kick(STARTED, 0)),
        (7, 6, 1, *booked(14)),
        (14, 3, 1, *REVIEW_HELD),
        (14, 6, 1, *booked(21)),
        # Monday 22 February, fourteen days on: 0 completes it, so 1 starts after fourteen days of waiting. A review for 0 tomorrow.
        (21, 3, 1, *REVIEW_HELD),
        (21, 4, 0, *on_kick(COMPLETED, 14)),
        (21, 5, 1, *on_kick(STARTED, 14)),
        (21, 6, 0, *booked(22)),
        (22, 3, 0, *REVIEW_HELD),  # not referred: nobody starts a programme twice
        (22, 6, 0, *booked(29)),
    ]


def test_minutes_freed_by_a_start_are_booked_that_evening() -> None:
    half_a_day = {"2021-01-01": 1, "2021-02-15": {"value": 0.5, "announced": "2021-01-01"}, "2021-02-16": 1}
    scenario = small(
        people(
            2,
            "2021-02-15",
            programmes={"Kick": kick(supply={"places": {"2021-01-01": 0, "2021-02-09": 1}})},
            **{"jobcentres.Ash.coaches": half_a_day, "appointments.review.minutes": 30},
        )
    )
    held = (HELD, ASH, REVIEW, FACE_TO_FACE, NONE, 30)
    assert [event for event in run_oracle(scenario, 4, 0) if event[0] >= 7] == [
        (7, 3, 0, *held),
        (7, 3, 0, *REFERRED_TO_KICK),
        (7, 3, 1, *held),
        (7, 3, 1, *REFERRED_TO_KICK),
        # The window ends on Monday 15 February, when the one coach, half there, can hold one review only.
        (7, 6, 0, *booked(14)),
        (8, 5, 0, *on_kick(STARTED, 1)),
        (8, 6, 1, *booked(14)),
        (14, 3, 1, *held),
        (14, 6, 1, *booked(21)),
    ]


def test_into_work_at_the_end_and_back() -> None:
    luck = Luck(4, 0)
    assert days_on_claim(luck, 1) == [3]
    assert stock(luck, Purpose.RETURN, 1) == [0.05]
    assert thresholds(luck, Purpose.RETURN_AFTER, 1) == [0.124]
    scenario = small(
        people(1, "2021-02-26", programmes={"Kick": kick(weeks=1, into_work_at_end=1)}, returns={"share": 0.1, "mean_weeks": 4})
    )
    assert [event for event in run_oracle(scenario, 4, 0) if event[0] >= 7] == [
        (7, 3, 0, *REVIEW_HELD),
        (7, 3, 0, *REFERRED_TO_KICK),
        (7, 5, 0, *on_kick(STARTED, 0)),
        # Monday 15 February: seven days on it, and seventeen since the claim. 0.124 of 28 days is 3.47, so three days in work.
        (14, 4, 0, *on_kick(JOB_ENTRY, 17)),
        (14, 4, 0, *on_kick(COMPLETED, 7)),
        (17, 1, 1, RETURN, ASH, FIRST, NONE, NONE, 0),
        (17, 6, 1, *booked(18, FIRST)),
        (18, 3, 1, *FIRST_HELD),
        (18, 6, 1, *booked(25)),
        (25, 3, 1, *REVIEW_HELD),  # and not referred again
        (25, 6, 1, *booked(32)),
    ]


# A monthly rate of 0.9 is 0.07565 a day. The uniform of LENGTH is 0.178, so its Exp(1) value is 1.725.
@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"weeks": 1.5}, (18, COMPLETED, 11)),  # 10.5 and a half
        ({"weeks": 1, "length": "uniform"}, (12, COMPLETED, 5)),  # 0.678 of seven is 4.75
        ({"weeks": 1, "length": "exponential"}, (19, COMPLETED, 12)),  # 1.725 of seven is 12.08
        ({"weeks": 0.1, "length": "uniform"}, (8, COMPLETED, 1)),  # 0.47, but a day at least
        ({"weeks": 1, "drop_out_monthly_rate": 0.9}, (13, DROPPED_OUT, 6)),  # 0.450 / 0.07565 is 5.95
        ({"weeks": 0.8, "drop_out_monthly_rate": 0.9}, (13, COMPLETED, 6)),  # 5.6 and a half, so six: no drop-out before it
    ],
)
def test_lengths_and_dropping_out(changes: dict[str, Any], ends: tuple[int, int, int]) -> None:
    luck = Luck(4, 0)
    assert kick_luck(luck, Purpose.LENGTH) == 0.178
    assert round(luck.exponential(with_programme(person("Area", None, 0), "Kick"), Purpose.DROP_OUT) / UNITS, 3) == 0.45
    log = run_oracle(small(people(1, "2021-02-23", programmes={"Kick": kick(**changes)})), 4, 0)
    day, event, value = ends
    assert [e for e in log if e[3] in (COMPLETED, DROPPED_OUT)] == [(day, 4, 0, *on_kick(event, value))]


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        # A tenth of a job a day from day 0 on: the first is whole on day 9, a Wednesday.
        ({"supply": {"jobs": {"applied_per_week": 0.7}}}, (9, STARTED, 2)),
        # Half are filled at most: the second is whole on day 19, a Saturday, so on Monday, day 21.
        ({"supply": {"jobs": {"applied_per_week": 0.7, "filled_at_most": 0.5}}}, (21, STARTED, 14)),
        # Two days later, a Friday, and six days later, a Tuesday.
        (
            {"supply": {"jobs": {"applied_per_week": 0.7, "days_to_fill": 2}}},
            (11, STARTED, 4),
        ),
        (
            {"supply": {"jobs": {"applied_per_week": 0.7, "days_to_approve": 2, "days_to_advertise": 3, "days_to_fill": 1}}},
            (15, STARTED, 8),
        ),
        # A tenth a day since Saturday 30 January, day -2: the first is whole on day 7.
        ({"supply": {"jobs": {"applied_per_week": {"2021-01-30": 0.7}}}}, (7, STARTED, 0)),
        # Without a date, from the day on which the programme opens: Wednesday, day 2.
        ({"supply": {"jobs": {"applied_per_week": 0.7}}, "open": {"from": "2021-02-03", "to": "2021-02-28"}}, (11, STARTED, 4)),
        # Every other Monday from 1 February on.
        ({"supply": {"intakes": {"every_weeks": 2, "places": 1}}}, (14, STARTED, 7)),
        # Every Saturday, so on Mondays.
        ({"supply": {"intakes": {"every_weeks": 1, "places": 1}}, "open": {"from": "2021-01-30", "to": "2021-02-28"}}, (7, STARTED, 0)),
        # No place before Monday 22 February, and nobody waits that long: five days end on a Saturday.
        ({"supply": {"places": {"2021-01-01": 0.9, "2021-02-22": 1}}}, (21, STARTED, 14)),
        ({"supply": {"places": 0.9}, "queue": {"longest_wait_days": 5}}, (12, WITHDREW, 5)),
        # 0.727 / 0.07565 is 9.6; and the shorter of the two.
        ({"supply": {"places": 0.9}, "queue": {"withdrawing_monthly_rate": 0.9}}, (17, WITHDREW, 10)),
        ({"supply": {"places": 0.9}, "queue": {"withdrawing_monthly_rate": 0.9, "longest_wait_days": 11}}, (17, WITHDREW, 10)),
        # On the last day whoever waits gives up, were it a Sunday.
        ({"supply": {"places": 0}, "open": {"from": "2021-02-01", "to": "2021-02-14"}}, (13, WITHDREW, 6)),
        # A place for the last day is given out on it.
        ({"supply": {"places": {"2021-01-01": 0, "2021-02-12": 1}}, "open": {"from": "2021-02-01", "to": "2021-02-12"}}, (11, STARTED, 4)),
        # Who starts on the day on which they would give up has not given up.
        ({"supply": {"places": {"2021-01-01": 0, "2021-02-12": 1}}, "queue": {"longest_wait_days": 4}}, (11, STARTED, 4)),
    ],
)
def test_waiting_for_a_place(changes: dict[str, Any], ends: tuple[int, int, int]) -> None:
    assert kick_luck(Luck(4, 0), Purpose.WITHDRAWAL, 1) == 0.483  # after one appointment; its Exp(1) value is 0.727
    log = run_oracle(small(people(1, "2021-02-23", programmes={"Kick": kick(**changes)})), 4, 0)
    day, event, value = ends
    joined = [e[0] for e in log if e[3] == REFERRED]
    assert joined[0] == 7
    assert next(e for e in log if e[3] in (STARTED, WITHDREW)) == (day, 5, 0, *on_kick(event, value))


# A monthly rate of 0.95 is 0.09842 a day; nobody is seen, which makes no difference. Days since the claim are 1, 5 and 6 on day 0.
@pytest.mark.parametrize(
    ("vacancies", "inflow", "entries"),
    [
        # 3.5 / 3 × 0.09842 = 0.1148: 1 and 2 (0.097 and 0.110) enter work, leaving 1.5 for 0: twice 0.1476 for 0.287 - 0.1148 = 0.172.
        (3.5, 0, [(0, 1, 5), (0, 2, 6), (2, 0, 3)]),
        # 2.5 / 3: 0.0820 a day, so they do on day 1; half a vacancy is none for 0.
        (2.5, 0, [(1, 1, 6), (1, 2, 7)]),
        # One more a day. 3.5 / 3 on day 1 leaves 0.287 - 0.0820 - 0.1148 = 0.090 for 0, and 3.5 + 1 - 2 = 2.5: 0.246 on day 2.
        (2.5, 7, [(1, 1, 6), (1, 2, 7), (2, 0, 3)]),
    ],
)
def test_vacancies(vacancies: float, inflow: float, entries: list[tuple[int, int, int]]) -> None:
    luck = Luck(6, 0)
    assert days_on_claim(luck, 3) == [1, 5, 6]
    assert thresholds(luck, Purpose.JOB, 3) == [0.287, 0.097, 0.11]
    market = {
        "sectors": {"Trade": {"share": 1, "vacancies": vacancies, "inflow_per_week": inflow}},
        "elasticity": 1,
        "reference_tightness": 1,
        "others_hiring_monthly_rate": 0,
        "lapsing_monthly_rate": 0,
    }
    scenario = small(
        people(
            3,
            "2021-02-14",
            labour_market=market,
            **{"job_entry.monthly_rate_by_week": {0: 0.95}, "jobcentres.Ash.coaches": 0},
        )
    )
    log = run_oracle(scenario, 6, 0)
    assert [event for event in log if event[3] == JOB_ENTRY] == [
        (day, 4, who, JOB_ENTRY, ASH, NONE, NONE, NONE, value) for day, who, value in entries
    ]


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        # No coaches, so the caseload counts as eight times the reference: 0.09842 / 2³ = 0.0123 a day.
        ({"job_entry.halved_caseload": 2, "jobcentres.Ash.coaches": 0}, {1: 7, 2: 8, 0: 23}),
        # Half a person to a coach is 4 halved three times: 0.09842 × 1.5³ = 0.332 a day.
        ({"job_entry.halved_caseload": 1.5, "job_entry.reference_caseload": 4, "jobcentres.Ash.coaches": 6}, {0: 0, 1: 0, 2: 0}),
        # A quarter of the reference length: 0.09842 × 0.5² = 0.0246 a day.
        ({"job_entry.halved_length": 0.5, "job_entry.reference_minutes": 40}, {1: 3, 2: 4, 0: 11}),
        # All miss their first meeting on day 0, early in the claim: half of it, 0.0492 a day.
        ({"job_entry.lost_early_meeting": 0.5, "appointments.first_meeting.missed": 1}, {1: 1, 2: 2, 0: 5}),
        # A quarter of it, 0.0246, and all miss it on Tuesday, when the second week of 2 has begun: 0 and 1 have 0.262 and 0.072 left to go
        # at 0.0123 a day, which takes 21.3 and 5.9 days; 2 has 0.085 at 0.0246, which takes 3.5.
        (
            {
                "job_entry.lost_early_meeting": 0.5,
                "job_entry.early_weeks": 1,
                "job_entry.market": 0.25,
                "appointments.first_meeting.missed": 1,
                "closures": [{"from": "2021-02-01", "to": "2021-02-01", "announced": "2021-01-01"}],
            },
            {2: 4, 1: 6, 0: 22},
        ),
        # All are seen by phone on day 0: half of it.
        (
            {
                "job_entry.phone_only": 0.5,
                "job_entry.no_contact": 0.1,
                **BY_PHONE,
            },
            {1: 1, 2: 2, 0: 5},
        ),
        # But never less than without contact: 0.09842 × 0.8 = 0.0787 a day.
        (
            {
                "job_entry.phone_only": 0.5,
                "job_entry.no_contact": 0.8,
                **BY_PHONE,
            },
            {1: 1, 2: 1, 0: 3},
        ),
    ],
)
def test_personal_support(changes: dict[str, Any], days: dict[int, int]) -> None:
    luck = Luck(6, 0)
    assert days_on_claim(luck, 3) == [1, 5, 6]
    assert thresholds(luck, Purpose.JOB, 3) == [0.287, 0.097, 0.11]
    scenario = small(people(3, "2021-02-28", **{"job_entry.monthly_rate_by_week": {0: 0.95}, **changes}))
    assert {event[2]: event[0] for event in run_oracle(scenario, 6, 0) if event[3] == JOB_ENTRY} == days


def test_a_youth_hub_opens_and_closes() -> None:
    luck = Luck(4, 0)
    assert stock(luck, Purpose.AGE, 3) == [0.95, 0.72, 0.18]  # the third is young
    assert stock(luck, Purpose.HUB, 3) == [0.85, 0.72, 0.83]
    scenario = small(
        people(
            3,
            "2021-02-17",
            **{
                "jobcentres.Box": {
                    "temporary": {"opens": "2021-02-08", "closes": "2021-02-16"},
                    "takes_young_from": {"Area": 0.9},
                    "standing_caseload": True,
                    "coaches": 1,
                    "desks": 1,
                },
                "appointments.youth_hub_meeting": {"minutes": 20, "priority": 2, "every_weeks": {1: 1}, "missed": 0},
            },
        )
    )
    log = run_oracle(scenario, 4, 0)
    assert {event[2] for event in log if event[3] == MOVE} == {2}
    assert [event for event in log if event[2] == 2 and event[0] >= 0] == [
        (0, 3, 2, *FIRST_HELD),
        (0, 6, 2, *booked(7)),
        # Monday 8 February: today's booking is cancelled, and what is asked for is a meeting at the hub.
        (7, 1, 2, MOVE, BOX, NONE, NONE, NONE, NONE),
        (7, 6, 2, *booked(8, HUB_MEETING, BOX)),
        (8, 3, 2, HELD, BOX, HUB_MEETING, FACE_TO_FACE, NONE, 20),
        (8, 6, 2, *booked(15, HUB_MEETING, BOX)),
        # Tuesday 16 February: it closes, which nobody knew before.
        (15, 1, 2, MOVE, ASH, NONE, NONE, NONE, NONE),
        (15, 6, 2, *booked(16)),
        (16, 3, 2, *REVIEW_HELD),
        (16, 6, 2, *booked(23)),
    ]
