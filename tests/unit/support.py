"""A small scenario with everything: two programmes, a labour market, returns and costs."""

SUPPORT = {
    "name": "small with support",
    "programmes": {
        "Course": {
            "open": {"from": "2020-07-06", "to": "2020-08-31"},
            "supply": {"places": 20},
            "referral_at_review": 0.2,
            "weeks": 2,
            "contact_goes_on": True,
            "into_work_at_end": 0.5,
            "cost_per_start": 500,
        },
        "Jobs in turn, of which the name is long": {
            "open": {"from": "2020-07-01", "to": "2020-09-30"},
            "who": {"age_groups": ["16-24"]},
            "supply": {"jobs": {"applied_per_week": 2, "days_to_fill": 14}},
            "referral_at_review": 0.2,
            "weeks": 3,
            "contact_goes_on": False,
            "job_entry_while_on_it": 0.1,
            "cost_per_start": 7000,
        },
    },
    "returns": {"share": 0.5, "mean_weeks": 2},
    "labour_market": {
        "elasticity": 0.4,
        "reference_tightness": 0.3,
        "others_hiring_monthly_rate": 0.3,
        "lapsing_monthly_rate": 0.1,
        "sectors": {
            "Care": {"share": 0.4, "vacancies": 30, "inflow_per_week": 8},
            "Other": {"share": 0.6, "vacancies": 40, "inflow_per_week": 10},
        },
    },
    "costs": {"coach_per_year": 45000, "trainee_per_year": 40000, "desk_per_year": 5000},
}
