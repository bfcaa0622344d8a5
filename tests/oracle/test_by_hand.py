"""The oracle against logs worked out by hand from the rules.

Each run starts on Monday 1 February 2021; coaches are never absent, and minutes are 60 a coach and day. The luck on which a log
hangs is stated, rounded, and checked first.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.luck import Luck, Purpose, person, place
from tests.oracle.by_hand import (
    ASH,
    BOOKED,
    BOX,
    BUMP,
    CLAIM,
    FACE_TO_FACE,
    FIRST,
    FRESH,
    HELD,
    JOB_ENTRY,
    LEFT,
    MISSED,
    MOVE,
    NONE,
    PHONE,
    REVIEW,
    days_on_claim,
    plain_log,
    stock,
    thresholds,
)
from tests.oracle.small import small


def test_a_queue_channels_and_missed_appointments() -> None:
    luck = Luck(4, 0)
    assert days_on_claim(luck, 3) == [3, 5, 2]  # claimed on Friday, Wednesday and Saturday
    assert stock(luck, Purpose.REMOTE, 3) == [0.0, 0.59, 0.7]  # the third always comes in
    assert [stock(luck, Purpose.CHANNEL, 2, count) for count in range(3)] == [[0.58, 0.9], [0.53, 0.26], [0.8, 0.63]]
    assert [stock(luck, Purpose.MISSED, 3, count) for count in range(2)] == [[0.15, 0.25, 0.03], [0.9, 0.79, 0.93]]
    scenario = small(
        {
            **FRESH,
            "areas.Area.claimants": 3,
            "period": {"from": "2021-02-01", "to": "2021-02-08"},
            "claimants.can_be_served_remotely": 0.6,
            "service.face_to_face_share": 0.55,
            "appointments.book_ahead_working_days": 2,
            "appointments.first_meeting.missed": 0.2,
            "appointments.review.missed": 0.5,
        }
    )
    assert plain_log(scenario, 4) == [
        # Eve: due days are 0, -4 and 0, so the order is 1, 0, 2. Two first meetings fill Monday, the third has Tuesday.
        (-1, 6, 0, BOOKED, ASH, FIRST, PHONE, 0),
        (-1, 6, 1, BOOKED, ASH, FIRST, PHONE, 0),
        (-1, 6, 2, BOOKED, ASH, FIRST, FACE_TO_FACE, 1),
        # Monday: 0 misses and is due on Tuesday, now face to face (0.53 < 0.55); the review of 1 is due next Monday.
        (0, 3, 0, MISSED, ASH, FIRST, PHONE, 30),
        (0, 3, 1, HELD, ASH, FIRST, PHONE, 30),
        (0, 6, 0, BOOKED, ASH, FIRST, FACE_TO_FACE, 1),
        # Tuesday: 0 comes, 2 misses.
        (1, 3, 0, HELD, ASH, FIRST, FACE_TO_FACE, 30),
        (1, 3, 2, MISSED, ASH, FIRST, FACE_TO_FACE, 30),
        (1, 6, 2, BOOKED, ASH, FIRST, FACE_TO_FACE, 2),
        (2, 3, 2, HELD, ASH, FIRST, FACE_TO_FACE, 30),
        # Thursday is the first day whose window reaches Monday, Friday the first that reaches Tuesday.
        (3, 6, 1, BOOKED, ASH, REVIEW, FACE_TO_FACE, 7),
        (4, 6, 0, BOOKED, ASH, REVIEW, PHONE, 8),
        (7, 3, 1, HELD, ASH, REVIEW, FACE_TO_FACE, 10),
        (7, 6, 2, BOOKED, ASH, REVIEW, FACE_TO_FACE, 9),
    ]


def test_a_temporary_jobcentre_opens_and_closes() -> None:
    luck = Luck(1, 0)
    assert days_on_claim(luck, 4) == [7, 6, 1, 1]
    assert stock(luck, Purpose.DIVERSION, 4) == [0.0, 0.89, 0.16, 0.73]  # 0 and 2 are Box's
    scenario = small(
        {
            **FRESH,
            "areas.Area.claimants": 4,
            "period": {"from": "2021-02-01", "to": "2021-02-05"},
            "closures": [{"from": "2021-02-01", "to": "2021-02-02", "announced": "2021-01-29"}],
            "jobcentres.Ash": {"area": "Area", "share": 1, "coaches": 2, "desks": 9},
            "jobcentres.Box": {
                "temporary": {"opens": "2021-02-03", "closes": "2021-02-05"},
                "takes_from": {"Ash": 0.5},
                "standing_caseload": True,
                "coaches_from": {"Ash": 1.5},
                "desks": 9,
            },
        }
    )
    f2f = FACE_TO_FACE
    assert plain_log(scenario, 1) == [
        # Eve: closed on Monday and Tuesday; the two coaches can hold four first meetings on Wednesday.
        *((-1, 6, who, BOOKED, ASH, FIRST, f2f, 2) for who in range(4)),
        # Wednesday: 0 and 2 move and lose their bookings. Ash has half a coach left, so 3, the later due, is bumped.
        (2, 1, 0, MOVE, BOX, NONE, NONE, NONE),
        (2, 1, 2, MOVE, BOX, NONE, NONE, NONE),
        (2, 2, 3, BUMP, ASH, FIRST, f2f, 2),
        (2, 3, 1, HELD, ASH, FIRST, f2f, 30),
        (2, 6, 0, BOOKED, BOX, FIRST, f2f, 3),
        (2, 6, 1, BOOKED, ASH, REVIEW, f2f, 9),
        (2, 6, 2, BOOKED, BOX, FIRST, f2f, 3),
        (2, 6, 3, BOOKED, ASH, FIRST, f2f, 3),
        # Thursday: three held, three reviews in a week's time.
        (3, 3, 0, HELD, BOX, FIRST, f2f, 30),
        (3, 3, 2, HELD, BOX, FIRST, f2f, 30),
        (3, 3, 3, HELD, ASH, FIRST, f2f, 30),
        (3, 6, 0, BOOKED, BOX, REVIEW, f2f, 10),
        (3, 6, 2, BOOKED, BOX, REVIEW, f2f, 10),
        (3, 6, 3, BOOKED, ASH, REVIEW, f2f, 10),
        # Friday: Box closes; its people and coaches go back.
        (4, 1, 0, MOVE, ASH, NONE, NONE, NONE),
        (4, 1, 2, MOVE, ASH, NONE, NONE, NONE),
        (4, 6, 0, BOOKED, ASH, REVIEW, f2f, 10),
        (4, 6, 2, BOOKED, ASH, REVIEW, f2f, 10),
    ]


# A monthly rate of 0.95 is 0.09842 a day; half of that without contact, one and a half of it with contact at most a week apart.
HAZARD = {"job_entry": {"monthly_rate_by_week": {0: 0.95, 1: 0}, "weekly_instead_of_fortnightly": 1.5, "no_contact": 0.5}}


@pytest.mark.parametrize(
    ("coaches", "changes", "entries"),
    [
        # 0 needs 0.287 / 0.04921 = 5.8 days, so six; 1 needs 0.097 / 0.04921 = 1.98, so two. 2 needs 0.110 / 0.04921 = 2.2,
        # but has only two days left in the first week of the claim, and the rate is nought after it.
        (0, {}, [(1, 4, 1, JOB_ENTRY, ASH, NONE, NONE, 6), (5, 4, 0, JOB_ENTRY, ASH, NONE, NONE, 6)]),
        # Market 2 from Thursday: 0 has 0.287 - 3 × 0.04921 = 0.139 to go on Wednesday night, at 0.09842 two days more.
        (
            0,
            {"job_entry.market": {"2021-01-01": 1, "2021-02-04": 2}},
            [(1, 4, 1, JOB_ENTRY, ASH, NONE, NONE, 6), (4, 4, 0, JOB_ENTRY, ASH, NONE, NONE, 5)],
        ),
        # All are seen on Monday morning: 0.1476 a day. 1 and 2 need one day, 0 needs 0.287 / 0.1476 = 1.95, so two.
        (
            2,
            {},
            [
                (0, 4, 1, JOB_ENTRY, ASH, NONE, NONE, 5),
                (0, 4, 2, JOB_ENTRY, ASH, NONE, NONE, 6),
                (1, 4, 0, JOB_ENTRY, ASH, NONE, NONE, 2),
            ],
        ),
        # Other leaving at 0.99 a month is 0.1513 a day: 2 has 0.438 / 0.1513 = 2.9, so three; 0 and 1 enter work first.
        (
            2,
            {"other_leaving.monthly_rate": 0.99, "job_entry.monthly_rate_by_week": {0: 0}},
            [
                (2, 4, 2, LEFT, ASH, NONE, NONE, 8),
                (4, 4, 1, LEFT, ASH, NONE, NONE, 9),
                (8, 4, 0, LEFT, ASH, NONE, NONE, 9),
            ],
        ),
    ],
)
def test_job_entry_and_leaving(coaches: float, changes: dict[str, Any], entries: list[tuple[int, ...]]) -> None:
    luck = Luck(6, 0)
    assert days_on_claim(luck, 3) == [1, 5, 6]
    assert thresholds(luck, Purpose.JOB, 3) == [0.287, 0.097, 0.11]
    assert thresholds(luck, Purpose.LEAVING, 3) == [1.288, 0.619, 0.438]
    scenario = small(
        {**FRESH, **HAZARD, **changes, "areas.Area.claimants": 3, "jobcentres.Ash.coaches": coaches, "jobcentres.Ash.desks": 9}
    )
    assert [event for event in plain_log(scenario, 6) if event[3] in (JOB_ENTRY, LEFT)] == entries


def test_new_claims_some_taken_by_a_temporary_jobcentre() -> None:
    luck = Luck(6, 0)
    dates = [dt.date(2021, 2, 1) + dt.timedelta(days=day) for day in range(5)]
    assert [round(luck.uniform(place("Area", date), Purpose.CLAIMS), 2) for date in dates] == [0.27, 0.88, 0.27, 0.44, 0.28]
    # Poisson with mean 1: none below 0.368, one below 0.736, two below 0.920. So two claims on Tuesday and one on Thursday.
    people = [person("Area", dates[1], 0), person("Area", dates[1], 1), person("Area", dates[3], 0)]
    assert [round(luck.uniform(who, Purpose.DIVERSION), 2) for who in people] == [0.13, 0.59, 0.81]
    scenario = small(
        {
            "areas.Area": {"claimants": 0, "claims_per_week": 5},
            "period": {"from": "2021-02-01", "to": "2021-02-05"},
            "jobcentres.Box": {"temporary": {"opens": "2021-01-04"}, "takes_from": {"Ash": 0.45}, "coaches": 1, "desks": 0},
        }
    )
    assert plain_log(scenario, 6) == [
        # Person 0 (0.13 < 0.45) is Box's, where there is no desk: never booked.
        (1, 1, 0, CLAIM, BOX, FIRST, NONE, NONE),
        (1, 1, 1, CLAIM, ASH, FIRST, NONE, NONE),
        (1, 6, 1, BOOKED, ASH, FIRST, FACE_TO_FACE, 2),
        (2, 3, 1, HELD, ASH, FIRST, FACE_TO_FACE, 30),
        # The review of 1 is due on day 9, the fifth working day after Wednesday.
        (2, 6, 1, BOOKED, ASH, REVIEW, FACE_TO_FACE, 9),
        (3, 1, 2, CLAIM, ASH, FIRST, NONE, NONE),
        (3, 6, 2, BOOKED, ASH, FIRST, FACE_TO_FACE, 4),
        (4, 3, 2, HELD, ASH, FIRST, FACE_TO_FACE, 30),
        (4, 6, 2, BOOKED, ASH, REVIEW, FACE_TO_FACE, 11),
    ]
