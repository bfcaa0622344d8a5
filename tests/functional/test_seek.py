"""The smallest value for which a promise holds: against exact and brute-force answers, by the command and in Python."""

import datetime as dt
import json
import math
import time
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.asked import Figure, Promise
from sim.experiment.evidence import BREAKS, BUDGET_SPENT, KEEPS, NO_VALUE, TOO_CLOSE, Plan, Promised
from sim.experiment.job import Point
from sim.experiment.seek import seek
from sim.experiment.seeking import EVERY_ONE_DOES, FOUND, NONE_WILL_DO, NOT_MONOTONE, OTHER_WAY, UNDECIDED
from sim.experiment.seeking import seek as search
from sim.experiment.study import open_study
from sim.measures import MEASURES
from sim.model.simulation import simulate
from sim.scenario import dump
from sim.scenario.grid import varied
from sim.show import of_seek
from sim.show.answers import Seek
from sim.view import View
from tests.exact.queues import bailey
from tests.scenarios import rich, tiny

COACHES = "jobcentres.Hill.coaches"

# --- A known answer: Bailey's queue -------------------------------------------------------------------------------------------------------

RATE, DAYS, EMPTYING = 3, 10, 5
SLOTS = range(2, 11)
AT_MOST = 1.10
"""Claims a working day, in so many working days, and working days after them; slots to choose among; the mean wait that is promised."""


def clinic(many=1):
    """Bailey's diary, as in ``tests/exact/diaries.py``: a coach is a slot a day, reviews find none, nobody leaves. No bank holiday is near,
    and who claims can be seen before the end, unless there are fewer slots than claims. Or so many such diaries side by side."""
    towns = [f"Town {number}" for number in range(many)]
    return tiny(
        {
            "period.to": "2021-02-19",
            "areas": {town: {"claimants": 0, "claims_per_week": {"2021-02-01": 5 * RATE, "2021-02-15": 0}} for town in towns},
            "jobcentres": {f"Office of {town}": {"area": town, "share": 1, "coaches": 1, "desks": 20} for town in towns},
            "coaches.minutes_per_day": 30,
            "appointments.book_ahead_working_days": 60,
            "appointments.first_meeting.reserve": {"share": 1, "until_days_before": 0},
            "appointments.review.every_weeks": {1: 52},
        }
    )


def from_empty(slots, most=300):
    """Mean wait of the claims of a run that starts with nobody waiting: Q(n + 1) = max(Q(n) + A(n) - s, 0) from Q(0) = 0. Everyone who
    is left over on a day waits a day more, so that extra days are the sum of Q; expected extra days over expected claims."""
    asked, law, extra = stats.poisson.pmf(np.arange(most), RATE), np.eye(1, most)[0], 0.0
    for day in range(DAYS + EMPTYING):
        here = np.convolve(law, asked)[:most] if day < DAYS else law
        law = np.append(here[: slots + 1].sum(), here[slots + 1 :])
        law = np.pad(law, (0, most - len(law)))
        extra += law @ np.arange(most)
    return 1 + extra / (RATE * DAYS)


def fewest(wait):
    return min(slots for slots in SLOTS if wait(slots) <= AT_MOST)


def the_engine(seed, many=1):
    """The mean wait in replications of the clinic with each number of slots, as an adaptive search asks for them."""
    scenarios = varied(clinic(many), [{"jobcentres.*.coaches": f"{slots}"} for slots in SLOTS])

    @cache
    def wait(point, replication):
        return MEASURES["first_meeting_wait"].compute(View(simulate(scenarios[point], seed, replication)))[0]

    return lambda points, n: np.array([[wait(point, i) for i in range(n)] for point in points])


def searches(seeds, many=1):
    return [search(the_engine(seed, many), len(SLOTS), Promised(AT_MOST, at_least=False), Plan(0.01 * AT_MOST)) for seed in seeds]


def told(found):
    """How many searches find the known answer; say something false; and how many replications they took."""
    known = SLOTS.index(fewest(from_empty))
    right = sum((one.outcome, one.answer) == (FOUND, known) for one in found)
    false = sum((one.answer is not None and one.answer < known) or (one.broken is not None and one.broken >= known) for one in found)
    return right, false, sum(row.replications for one in found for row in one.evidence)


def test_the_known_answer_is_the_same_from_an_empty_start_and_in_the_long_run():
    """The mean over replications is of a ratio, so that it lies a little below the ratio of expectations; the margins are wider."""
    stable = [slots for slots in SLOTS if slots > RATE]
    long_run = {slots: bailey(RATE, slots).days_to_meeting for slots in stable}
    assert fewest(from_empty) == min(slots for slots in stable if long_run[slots] <= AT_MOST) == 5
    assert [from_empty(slots) < long_run[slots] for slots in stable] == [True] * len(stable)
    assert from_empty(5) < AT_MOST - 0.03 and from_empty(4) > AT_MOST + 0.1
    one = the_engine(1, 4)([SLOTS.index(4), SLOTS.index(5)], 50)
    for slots, waits in zip((4, 5), one, strict=True):
        assert abs(waits.mean() - from_empty(slots)) < 4 * waits.std() / math.sqrt(50) + 0.005


def test_bailey_s_queue():
    """Seven seeds, three diaries at once. A search that finds the answer with a probability of .95 finds it in fewer than 5 with 4e-3."""
    right, false, _ = told(searches(range(1000, 1007), many=3))
    assert right >= 5 and false <= 2


@pytest.mark.long
def test_bailey_s_queue_in_88_of_100_seeds():
    """A search with 95% confidence says something false in more than 12 of 100 seeds with a probability below 2e-3. To stop at five
    replications and take their means for the truth finds the answer in 86, and says something false in 14."""
    start = time.process_time()
    found = searches(range(100), many=2)
    right, false, replications = told(found)
    print(f"\n{right} of 100 seeds find the known answer, {false} say something false, {Counter(one.outcome for one in found)}")
    print(f"{replications} replications, {time.process_time() - start:.0f} s")
    assert right >= 88 and false <= 12
    assert replications > 60 * 100, "chance had to be beaten: five replications of six values would not have done"


# --- The wrapper and the command ----------------------------------------------------------------------------------------------------------

TINY = tiny({"period.to": "2021-03-14"})
ASK = (COACHES, "1", "3", "review_delay.mean <= 1.2", "0.25")
QUICK = {"workers": 1}
OPTIONS = ["--vary", COACHES, "--from", "1", "--to", "3", "--step", "0.25", "--until", "review_delay.mean <= 1.2", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("seek")


@pytest.fixture(scope="module")
def found(folder):
    return sim.seek(TINY, *ASK, **QUICK, out=folder / "study")


def jobcentre(*arguments, columns=100):
    return CliRunner(env={"COLUMNS": f"{columns}"}).invoke(app, list(map(str, arguments)))


def study(folder):
    return json.loads((folder / "study.json").read_text())


def files(folder):
    """What a search leaves, but for the times it took."""
    wall = {"started", "ended", "seconds", "found_finished"}
    parts = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "study.json"}
    return parts, {key: value for key, value in study(folder).items() if key not in wall}


def by_brute_force(scenario, key, values, promise, replications, seed):
    """Means of all values, with their standard errors, and so the smallest that keeps a promise of at most so much."""
    points = [Point(one) for one in varied(scenario, [{key: value} for value in values])]
    with open_study(None, seed, workers=1) as all_of_them:
        got = all_of_them.values(points, promise.figure)(range(len(points)), replications)
    means, errors = got.mean(axis=1), got.std(axis=1, ddof=1) / math.sqrt(replications)
    return values[int(np.flatnonzero(means <= promise.value)[0])], means, errors


def test_brute_force_with_other_luck_says_the_same(found):
    """The answer and the value before it: far from the promise on either side."""
    assert found.sought.outcome == FOUND and found.sought.untold == ()
    before = found.values[found.values.index(found.answer) - 1]
    smallest, means, errors = by_brute_force(TINY, COACHES, [before, found.answer], found.promise, 25, seed=99)
    assert smallest == found.answer
    assert means[0] - 4 * errors[0] > found.promise.value > means[1] + 4 * errors[1]


@pytest.mark.long
def test_a_search_finds_what_brute_force_finds():
    """Every lever in use, five jobcentres: nine values with 36 replications each, and a search with other luck."""
    values, promise = [f"+{percent}%" for percent in range(0, 81, 10)], Promise.parse("review_delay <= 3.65", rich())
    answer, means, errors = by_brute_force(rich(), "jobcentres.*.coaches", values, promise, 36, seed=5)
    at = values.index(answer)
    assert means[at - 1] - 4 * errors[at - 1] > promise.value > means[at] + 4 * errors[at], "brute force itself is sure"
    one = seek(rich(), "jobcentres.*.coaches", values, promise, seed=6, workers=1)
    assert (one.sought.outcome, one.answer) == (FOUND, answer)
    assert len(one.table) < len(values) and one.table["replications"].sum() < 0.5 * 36 * len(values), "for less"


def test_the_evidence_is_of_the_runs_of_those_scenarios(found):
    row = found.table.set_index("value").loc[found.answer]
    alone = sim.run(TINY.change({COACHES: float(found.answer)}), int(row["replications"]), **QUICK)
    whole = alone.summary[(alone.summary[["jobcentre", "area", "age_group", "programme"]] == "all").all(axis=1)]
    its = whole.set_index(["measure", "statistic"])["estimate"][("review_delay", "mean")]
    assert row["estimate"] == pytest.approx(its, rel=1e-12) and row["low"] < its < row["high"] <= 1.2


def test_what_is_upstream_stays_as_it_was():
    claims = {value: TINY.change({COACHES: float(value)}) for value in ("1", "3")}
    points = [Point(one) for one in claims.values()]
    with open_study(None, 1, workers=1) as both:
        got = {name: both.values(points, Figure.parse(name, TINY))([0, 1], 3) for name in ("claims", "review_delay")}
    assert (got["claims"][0] == got["claims"][1]).all() and (got["review_delay"][0] > got["review_delay"][1]).all()


def test_a_promise_by_a_date_is_of_what_comes_from_then_on():
    day, promise = dt.date(2021, 2, 22), Promise.parse("review_delay <= 0.5", TINY)
    later = seek(TINY, COACHES, ["1.5", "2"], promise, since=day, most=5, **QUICK)
    for value, estimate in later.table.set_index("value")["estimate"].items():
        scenario = TINY.change({COACHES: float(value)})
        views = [View(simulate(scenario, TINY.seed, i)) for i in range(5)]
        from_then = [MEASURES["review_delay"].compute(view.during(21, view.record.days - 21))[0] for view in views]
        whole = [MEASURES["review_delay"].compute(view)[0] for view in views]
        assert estimate == pytest.approx(np.mean(from_then)) and np.mean(from_then) != np.mean(whole)
    assert "counted over claims made and days from 22 Feb 2021 on" in Seek.of(later).page.says[-1]


def test_the_command_says_the_same_and_goes_on_from_what_is_there(found, folder, tmp_path):
    (tmp_path / "town.yaml").write_text(dump(TINY))
    before = files(folder / "study")
    again = jobcentre("seek", tmp_path / "town.yaml", *OPTIONS, "--workers", 1, "--out", folder / "study")
    assert again.exit_code == 0, again.output
    made = int(found.table["replications"].sum())
    assert study(folder / "study")["found_finished"] == made and files(folder / "study") == before
    assert f"{found.answer} coaches, with 95% confidence: the smallest shown to keep the promise." in again.stdout
    assert f"With {found.values[found.sought.broken]} coaches it is broken." in " ".join(again.stdout.split())
    assert f"{made} replications from before" in again.stdout
    for word in (*found.table["value"], "kept", "broken", "Interval"):
        assert word in again.stdout
    kept = pd.read_csv(folder / "study" / "evidence.csv", dtype={"value": str})
    assert list(kept["value"]) == list(found.table["value"]) and set(kept["unit"]) == {"working days"}
    assert np.allclose(kept[["estimate", "low", "high"]], found.table[["estimate", "low", "high"]])
    said = study(folder / "study")
    assert (said["answer"], said["outcome"], said["promise"]) == (found.answer, FOUND, "review_delay.mean <= 1.2")
    assert {path.name for path in (folder / "study" / "figures").iterdir()} == {"README.md", "evidence.png", "evidence.svg"}


def test_two_workers_give_the_same_bytes(tmp_path):
    promise = Promise.parse("review_delay <= 1", TINY)
    one, two = (seek(TINY, COACHES, ["1", "3"], promise, most=5, workers=number, out=tmp_path / f"{number}") for number in (1, 2))
    assert files(tmp_path / "1") == files(tmp_path / "2") and one.answer == two.answer == "3"


def test_another_scenario_or_another_day_is_not_mistaken_for_what_is_there(tmp_path):
    half, options = Promise.parse("review_delay <= 0.5", TINY), {"most": 5, "out": tmp_path, **QUICK}
    seek(TINY, COACHES, ["2", "3"], half, **options)
    number = 10  # five of either value
    for other, its in ((TINY.change({"appointments.review.minutes": 11}), {}), (TINY, {"since": dt.date(2021, 2, 8)}), (TINY, {"seed": 3})):
        seek(other, COACHES, ["2", "3"], half, **options, **its)
        assert study(tmp_path)["found_finished"] == 0
        assert len(list(tmp_path.rglob("*since*" if its.get("since") else "*measures*.parquet"))) == number
    strict = seek(TINY, COACHES, ["2", "3"], Promise.parse("review_delay <= 1", TINY), **options, seed=3)  # only the promise differs
    assert study(tmp_path)["found_finished"] == number and study(tmp_path)["seed"] == 3
    same = seek(TINY, COACHES, ["2", "3"], half, most=5, seed=TINY.seed, **QUICK)
    assert same.table["estimate"][0] != strict.table["estimate"][0] != 0, "other luck"


def test_the_largest_is_sought_from_the_other_end():
    """How many coaches can there be that are booked for three quarters of their time?"""
    ask, options = (TINY, COACHES, ["1", "2", "3"], Promise.parse("coach_use >= 75%", TINY)), {"most": 10, **QUICK}
    most, fewest_of_them = seek(*ask, largest=True, **options), seek(*ask, **options)
    assert (most.sought.outcome, most.answer, most.sought.broken) == (FOUND, "2", 2)
    assert fewest_of_them.sought.outcome == OTHER_WAY


WRONG = {
    "an unknown measure": (["--until", "review_dely <= 1"], "did you mean 'review_delay'"),
    "no promise": (["--until", "review_delay"], "expected a promise such as"),
    "another sign": (["--until", "review_delay < 1"], "expected a promise such as"),
    "a share above 1": (["--until", "coach_use >= 90"], "expected a value from 0 to 1"),
    "an unknown key": (["--vary", "jobcentres.Hill.coahces"], "did you mean 'coaches'"),
    "values with the key": (["--vary", f"{COACHES}=1,2"], "jobcentres.Hill"),
    "the wrong way": (["--from", "3", "--to", "1"], "from the lower to the higher value"),
    "two kinds": (["--from", "+0%", "--to", "3"], "two numbers, two amounts"),
    "a value that cannot be": (
        ["--vary", "appointments.book_ahead_working_days", "--from", "0", "--step", "1"],
        "book_ahead_working_days=0",
    ),
    "a day outside the run": (["--by", "2022-01-01"], "expected a day of the run, 2021-02-01 to 2021-03-14"),
    "no day": (["--by", "spring"], "expected a date such as"),
    "no part of a run": (["--until", "job_entry_rate >= 10%", "--by", "2021-02-22"], "cannot be counted from a day on"),
    "the mean of a date": (["--until", "backlog_cleared <= 2021-03-01"], "in which share of replications"),
    "nothing to be near to": (["--until", "reviews_overdue.at_end <= 0"], "how near to 0 does not matter"),
    "too few to show a share": (["--in-share", "90%", "--most", "20"], "would not show that 90% do: allow more than 20"),
    "all replications": (["--in-share", "100%"], "between 0 and 1"),
    "no confidence": (["--confidence", "1"], "between 0 and 1"),
    "one replication": (["--most", "1"], "2 or more"),
    "no width": (["--indifference", "0"], "above 0"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_asked_is_refused_in_words(wrong, tmp_path):
    (tmp_path / "town.yaml").write_text(dump(TINY))
    extra, expected = WRONG[wrong]
    outcome = jobcentre("seek", tmp_path / "town.yaml", *OPTIONS, *extra, "--out", tmp_path / "out", columns=400)
    assert outcome.exit_code == 2 and expected in outcome.output, outcome.output
    assert "Traceback" not in outcome.output and not (tmp_path / "out").exists()


def test_near_to_nothing_can_be_said():
    promise = Promise.parse("reviews_overdue.at_end <= 0", TINY)
    assert seek(TINY, COACHES, ["4"], promise, indifference=0.5, most=5, **QUICK).sought.outcome == EVERY_ONE_DOES


def test_a_share_of_replications_is_promised():
    """Nobody waits longer with three coaches; with one everybody does: 90% of replications are shown after some 60 at the earliest."""
    both = seek(TINY, COACHES, ["1", "3"], Promise.parse("review_delay <= 1", TINY), share=0.5, most=30, **QUICK)
    assert (both.sought.outcome, both.answer, both.unit) == (FOUND, "3", "share")
    assert set(both.table["estimate"]) == {0, 1} and both.table["replications"].max() < 30


# --- What is said of it -------------------------------------------------------------------------------------------------------------------


def outcome_of(values, promise, table, *, share=None, largest=False, since=None, key=COACHES, plan=None):
    """A search over a table of values, ready to be shown."""
    table = np.asarray(table, dtype=float)
    table = np.repeat(table[:, None], 200, axis=1) if table.ndim == 1 else table
    asked = Promised(promise.value, promise.at_least, share)
    sought = search(lambda points, n: table[list(points), :n], len(values), asked, plan or Plan(0.1), not largest)
    evidence = sought.table
    evidence.insert(0, "value", [values[point] for point in evidence.pop("point")])
    return Seek("A town", key, tuple(values), promise, share, since, sought, evidence, {"seed": 1, "seconds": 2.0})


WAIT = Promise.parse("first_meeting_wait <= 5", TINY)
NUMBERS = [f"{n}" for n in range(9)]
NOISE = np.random.default_rng(1).normal(0, 1, (9, 200))
SAID = {
    "found": (NUMBERS, np.linspace(9, 3, 9), {}, FOUND, ["6 coaches, with 95% confidence: the smallest", "With 5 coaches it is broken."]),
    "one coach": (NUMBERS, [9, *[3] * 8], {}, FOUND, ["1 coach, with"]),
    "too close": (
        NUMBERS,
        np.array([9, 9, 9, 9, 5.01, 5, 3, 3, 3])[:, None] + NOISE / 7,
        {"key": "jobcentres.*.desks"},
        FOUND,
        [
            "6 desks, with",
            "With 3 desks it is broken.",
            "cannot be told with 4 and 5 desks (too close to tell).",
            "everything that the * stands for",
        ],
    ),
    "not settled": (
        NUMBERS,
        np.array([9, 9, 9, 9, 5.05, 4.95, 3, 2, 1])[:, None] + NOISE,
        {},
        UNDECIDED,
        [
            "Not settled. With 6 coaches the promise is kept, with 95%",
            "with 4 and 5 coaches (not decided)",
            "More than 100 replications (--most)",
        ],
    ),
    "nothing settled": (
        NUMBERS[:3],
        np.array([9, 9, 5])[:, None] + NOISE[:3],
        {},
        UNDECIDED,
        ["no value is shown to keep the promise. With 1 coach it is broken.", "cannot be told with 2 coaches (not decided)"],
    ),
    "none": (NUMBERS, np.linspace(9, 6, 9), {}, NONE_WILL_DO, ["None will do, with 95% confidence: even with 8 coaches", "Larger ones"]),
    "every one": (NUMBERS, np.linspace(4, 3, 9), {}, EVERY_ONE_DOES, ["0 coaches, with", "every value does, and smaller ones"]),
    "the other way": (NUMBERS, np.linspace(3, 9, 9), {}, OTHER_WAY, ["from 0 coaches to 8 coaches it moves away", "Seek with --largest."]),
    "up and down": (
        NUMBERS,
        [9, 9, 9, 9, 4, 4, 4.8, 4.8, 4],
        {},
        NOT_MONOTONE,
        ["it is worse with 6 coaches than with 4 coaches", "4 coaches: the smallest of those run", "keep it does not follow"],
    ),
    "latest": (
        ["2021-01-04", "2021-01-18", "2021-02-01", "2021-03-01"],
        [3, 4, 6, 9],
        {"largest": True, "key": "coaches.recruitment.autumn.starts", "since": dt.date(2021, 2, 1)},
        FOUND,
        ["18 Jan 2021, with 95% confidence: the latest shown", "With 1 Feb 2021 it is broken.", "from 1 Feb 2021 on"],
    ),
    "no mean": (
        NUMBERS,
        [math.nan, math.nan, math.nan, math.nan, 3, 3, 3, 3, 3],
        {},
        UNDECIDED,
        [
            "With 4 coaches the promise is kept",
            "told with 0, 2 and 3 coaches (no value), nor with 1 coach (not run).",
            "no mean",
            "--in-share 90%",
        ],
    ),
    "in a share": (
        [f"+{n}%" for n in range(9)],
        np.where(np.arange(9) < 6, 9, 3),
        {"share": 0.9, "key": "coaches.absence", "plan": Plan(0.05, most=200)},
        FOUND,
        ["Absence +6%, with", "at most 5 working days, in at least 90% of replications, over the whole run"],
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_every_outcome_is_said_first_and_drawn(case):
    values, table, options, outcome, sentences = SAID[case]
    shown = outcome_of(values, WAIT, table, **options)
    assert shown.sought.outcome == outcome
    said = " ".join(shown.page.says)
    for sentence in sentences:
        assert sentence in said, said
    assert said.index(sentences[0]) < 40 or outcome in (NOT_MONOTONE, OTHER_WAY, UNDECIDED)
    (block,) = shown.page.blocks
    assert len(block.rows) == len(shown.table) and all(len(cells) == len(block.head) for _, cells in block.rows)
    chart = shown.plot()
    assert sentences[0] in chart.alt and chart.numbers == "evidence.csv"
    drawn = {one.get_gid() for one in chart.axes[0].get_lines()}
    assert {"promised", "answer"} - ({"answer"} if shown.answer is None else set()) <= drawn
    marked = [text.get_text() for text in chart.axes[0].texts if shown.answer is not None]
    assert any(text.startswith("answer: ") for text in marked) == (outcome in (FOUND, EVERY_ONE_DOES))
    assert ("no_value" in drawn) == (NO_VALUE in set(shown.table["decision"]))


def rows_of(shown):
    return [dict(zip(("replications", "estimate", "interval", "promise"), cells, strict=True)) for _, cells in shown.page.blocks[0].rows]


def test_a_bound_that_decided_does_not_look_like_the_promise():
    shown = outcome_of(["0"], WAIT, np.linspace(9, 3, 200)[None], share=0.6)
    shown.table.loc[0, ["estimate", "low", "high", "decision"]] = [0.3, -0.1, 0.59996, BREAKS]
    assert rows_of(shown)[0]["interval"] == "0.000 to 59.996%"
    shown.table.loc[0, "decision"] = BUDGET_SPENT
    assert rows_of(shown)[0]["interval"] == "0 to 60%"


def test_intervals_end_where_the_figure_does():
    shown = outcome_of(["1"], Promise.parse("first_meeting_waiting.at_end <= 100", TINY), [150])
    shown.table.loc[0, ["low", "high"]] = [-20.0, 320.0]
    assert rows_of(shown)[0]["interval"] == "0 to 320"
    (segments,) = (bars.get_segments() for bars in shown.plot().axes[0].collections)
    assert segments[0][:, 1].min() == 0
    assert shown.table["low"].iloc[0] == -20, "what is written stays as it was found"


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ([KEEPS, BREAKS], "Bars are the intervals that decided."),
        ([KEEPS, TOO_CLOSE], "last look, which decided where so marked."),
        ([BUDGET_SPENT, TOO_CLOSE], "last look, none of which decided."),
    ],
)
def test_what_bars_are_is_said(decisions, said):
    shown = outcome_of(["1", "2"], WAIT, [9, 3])
    shown.table["decision"] = decisions
    assert said in " ".join(" ".join(text.get_text().split()) for text in shown.plot().texts)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("appointments.review.minutes", "10", "10 minutes"),
        ("appointments.review.minutes", "1", "1 minute"),
        ("coaches.minutes_per_day", "360", "360 minutes per day"),
        ("appointments.book_ahead_working_days", "10", "book ahead 10 working days"),
        ("coaches.absence", "0.06", "absence 0.06"),
        ("coaches.minutes_per_day", "+10%", "minutes per day +10%"),
        (COACHES, "+1", "+1 coach"),
    ],
)
def test_a_value_is_named_with_its_unit(key, value, words):
    assert of_seek._one(outcome_of(["1"], WAIT, [3], key=key), value) == words


def test_many_values_are_counted_in_words_that_no_value_is_mistaken_for():
    shown = outcome_of(NUMBERS, WAIT, np.linspace(9, 3, 9))
    assert of_seek._several(shown, NUMBERS[2:9]) == "7 of the values from 2 to 8 coaches"
    assert of_seek._several(shown, ["4", "12"]) == "4 and 12 coaches"


def test_values_lie_on_the_figure_where_they_lie():
    values, table, options, *_ = SAID["latest"]
    shown = outcome_of(values, WAIT, table, **options)
    notebook = shown._repr_html_()
    assert "<table>" in notebook and "<svg" in notebook and "18 Jan 2021, with 95% confidence" in notebook
    lines = {one.get_gid(): one for one in shown.plot().axes[0].get_lines()}
    days = [(dt.date.fromisoformat(value) - dt.date(1970, 1, 1)).days for value in values]
    assert list(lines["promise_kept"].get_xdata()) == days[:2] and list(lines["broken"].get_xdata()) == days[2:]
    assert list(lines["answer"].get_xdata()) == [days[1]] * 2 and list(lines["promised"].get_ydata()) == [5, 5]
    share = outcome_of(NUMBERS, Promise.parse("coach_use >= 90%", TINY), np.linspace(0.5, 1, 9), plan=Plan(0.01))
    lines = {one.get_gid(): one for one in share.plot().axes[0].get_lines()}
    assert list(lines["promised"].get_ydata()) == [90, 90] and share.answer == "7"


def test_the_confidence_is_told_as_it_was_asked():
    shown = outcome_of(NUMBERS, WAIT, np.linspace(9, 3, 9), plan=Plan(0.1, confidence=0.8))
    assert "with 80% confidence" in shown.page.says[0] and "at most 20% of searches" in shown.page.notes[0]
    assert "normal distribution" in shown.page.notes[0]
    assert "not what the assumptions do" in shown.page.notes[1]
    shown.info["uncertain"] = True
    assert "not what the assumptions do" not in shown.page.notes[1] and "assumptions varied" in shown.page.made
    share = outcome_of(NUMBERS, WAIT, np.linspace(9, 3, 9), share=0.5)
    assert "normal distribution" not in share.page.notes[0] and "10 percentage points" in share.page.notes[1]


def test_values_all_the_same_are_said_to_tell_nothing_of_their_scatter():
    """The number of coaches is the same whatever luck is; a promise in a share of replications is judged by what may be unseen anyway."""
    promise = Promise.parse("coaches >= 1", TINY)
    mean = seek(TINY, COACHES, ["1", "3"], promise, most=5, **QUICK)
    assert (mean.table["low"] == mean.table["high"]).all()
    (note,) = [note for note in of_seek.page(mean).notes if "all replications give the same" in note]
    assert (
        note.startswith("At 1 and 3 all")
        and "after 5 of them" in note
        and f"up to {100 * (1 - 0.05 ** (1 / 5)):.0f}% of replications" in note
    )
    share = seek(TINY, COACHES, ["1", "3"], promise, share=0.2, most=20, **QUICK)
    scatters = seek(TINY, COACHES, ["1", "2"], Promise.parse("review_delay <= 0.5", TINY), most=5, **QUICK)
    assert not [note for found in (share, scatters) for note in of_seek.page(found).notes if "the same, so" in note]
