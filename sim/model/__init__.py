"""The model: people, diaries, coaches and the day, in the order of the journey.

Read ``people``, ``claims``, ``coaches``, ``diary``, ``working_day``, ``job_entry``, ``jobcentre``, ``ledger``, ``simulation``.
The rules are written out in ``docs/reference/rules.md``.
"""
