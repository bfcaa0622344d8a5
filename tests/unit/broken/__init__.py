"""Every way to break a scenario that the tests know, with the message it must give."""

from tests.unit.broken import programmes, table

CASES = (*table.CASES, *programmes.CASES)
