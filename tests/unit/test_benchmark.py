"""The benchmark runs, on something small."""

from benchmarks.engine import against_oracle, appointments, with_and_without
from tests.scenarios import tiny


def test_the_benchmark_tells_ratios_and_where_the_time_goes(capsys):
    small = tiny()
    against_oracle(small, 1)
    appointments(small, 1)
    with_and_without(small, small, 1)
    said = capsys.readouterr().out
    assert "event logs identical" in said and "the clerk" in said and "times as long as" in said
