"""What results are called, and which a planner asks first: the same on the screen, in notebooks and in figures."""

from __future__ import annotations

from sim.experiment.asked import Figure
from sim.results import ALL, SPLIT

HEADLINE: dict[str, dict[tuple[str, str], str]] = {
    "First meetings": {
        ("first_meeting_offered", "mean"): "wait for the date offered, mean",
        ("first_meeting_offered", "median"): "... half wait at most",
        ("first_meeting_offered", "p90"): "... nine in ten wait at most",
        ("first_meeting_wait", "mean"): "wait for the meeting held, mean",
        ("first_meeting_wait", "median"): "... half wait at most",
        ("first_meeting_wait", "p90"): "... nine in ten wait at most",
        ("first_meeting_within_target", "share"): "offered within the target",
        ("first_meeting_waiting", "at_end"): "waiting at the end",
    },
    "Reviews": {
        ("review_interval", "mean"): "time between reviews, mean",
        ("review_delay", "mean"): "delay after the due day, mean",
        ("reviews_overdue", "at_end"): "overdue at the end",
    },
    "Coaches and desks": {
        ("caseload_per_coach", "mean"): "caseload per coach, mean",
        ("caseload_per_coach", "at_end"): "caseload per coach at the end",
        ("coach_use", "share"): "coach time booked",
        ("desk_use", "share"): "desk time booked",
    },
    "Job entry": {
        ("job_entry_rate", "13_weeks"): "in work within 13 weeks",
        ("job_entry_rate", "26_weeks"): "in work within 26 weeks",
        ("job_entry_rate", "52_weeks"): "in work within 52 weeks",
    },
    "Backlog": {
        ("backlog_cleared", "share"): "replications that clear it",
        ("backlog_cleared", "median"): "cleared on, median",
    },
    "Claims again": {("returns", "count"): "people who claim again"},
    "Labour market": {
        ("vacancies", "mean"): "vacancies, mean",
        ("vacancies", "at_end"): "vacancies at the end",
        ("tightness", "mean"): "vacancies per person, mean",
        ("hires_by_others", "count"): "hires of other people",
    },
    "Cost": {
        ("cost", "total"): "in total",
        ("cost", "coaches"): "coaches",
        ("cost", "training"): "training",
        ("cost", "estate"): "desks and sites",
        ("cost", "programmes"): "programmes",
    },
}
"""What a planner asks first, in the order of the journey: label by measure and statistic. Shown where the scenario has it."""

COMPARED: dict[str, dict[tuple[str, str], str]] = {
    group: {
        key: label.removesuffix(", mean")
        for key, label in labels.items()
        if key[0] != "backlog_cleared" and key[1] not in ("median", "p90")
    }
    for group, labels in HEADLINE.items()
} | {
    "Backlog": {("backlog_cleared", "date"): "cleared on, mean"},
    "In all": {
        ("net_entries", "count"): "job entries of claimants",
        ("displaced_entries", "gained"): "into work only in this one",
        ("displaced_entries", "among_claimants"): "into work only in the base",
        ("displaced_entries", "among_others"): "jobs that others go without",
        ("cost_per_additional_entry", "ratio"): "cost of one more job entry",
    },
}
"""What is shown of a comparison, likewise; of programmes also the starts."""

PROGRAMMES: dict[tuple[str, str], str] = {
    ("programme_referrals", "count"): "Referred",
    ("programme_starts", "count"): "Starts",
    ("programme_queue", "at_end"): "Queue\nat end",
    ("programme_wait", "median"): "Wait,\ndays",
    ("programme_occupancy", "at_end"): "On it\nat end",
    ("programme_completions", "count"): "Completed",
    ("programme_job_outcomes", "share"): "Into\nwork",
}
"""What is shown of each programme: heading by measure and statistic."""


def figure_name(figure: Figure) -> str:
    """``Wait for the meeting held, mean (Dudley)``."""
    for labels in (*HEADLINE.values(), *COMPARED.values()):
        label = labels.get(figure.key, "...")
        if figure.statistic == "date":  # of one replication; whoever shows a mean of dates says so
            label = label.removesuffix(", mean")
        if not label.startswith("..."):
            break
    else:
        label = f"{figure.measure.replace('_', ' ')}, {figure.statistic.replace('_', ' ')}"
        if figure.measure.startswith("first_meeting_") and figure.statistic in ("median", "p90"):
            waits = {"first_meeting_offered": "wait for the date offered", "first_meeting_wait": "wait for the meeting held"}
            label = f"{waits.get(figure.measure, label)}, {'median' if figure.statistic == 'median' else '90th percentile'}"
    of = ", ".join(value for key in SPLIT if (value := getattr(figure, key)) != ALL)
    return f"{label[0].upper()}{label[1:]}" + (f" ({of})" if of else "")


def in_differences(figure: Figure, words: str) -> str:
    """A heading over differences, with their unit where the figure's own heading does not say it."""
    its = {"date": "days", "share": "percentage points"}.get(figure.unit, "")
    return f"{words}, {its}" if its else words


def never(figure: Figure) -> str:
    """What stands in place of a figure that no replication has."""
    return "never" if figure.unit == "date" else "no value"
