"""What the parts of a scenario are made of: names, groups, kinds of number, and the rule that unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from sim.scenario.numbers import Number, Series, Unit, is_bare, say

AGE_GROUPS = ("16-24", "25-49", "50+")
CHANNELS = ("face_to_face", "phone")
KINDS = ("first_meeting", "review", "youth_hub_meeting")

AgeGroup = Literal["16-24", "25-49", "50+"]
Channel = Literal["face_to_face", "phone"]
Name = Annotated[StrictStr, Field(min_length=1, max_length=100)]


def _weeks_band(key: object) -> object:
    """A band of completed weeks on the claim: ``0-13``, or ``53+`` for the last."""
    first, plus, last = str(key).partition("+")[0].partition("-")
    closed = plus == "-" and first.isdecimal() and last.isdecimal() and int(first) <= int(last) and "+" not in str(key)
    if closed or (not plus and str(key).endswith("+") and first.isdecimal()):
        return str(key)
    raise PydanticCustomError("band", "expected a band of weeks such as 0-13 or 53+, not {k}", {"k": say(str(key))})


def _coordinates(data: object) -> object:
    """Latitude and longitude in degrees."""
    if isinstance(data, (list, tuple)) and len(data) == 2 and all(map(is_bare, data)) and abs(data[0]) <= 90 and abs(data[1]) <= 180:
        return tuple(map(float, data))
    raise PydanticCustomError("coordinates", "expected [latitude, longitude] in degrees, such as [52.41, -1.77]")


Coordinates = Annotated[tuple[float, float], BeforeValidator(_coordinates)]
WeeksBand = Annotated[str, BeforeValidator(_weeks_band)]
Week = Annotated[StrictInt, Field(ge=0, le=5200)]

Share = Annotated[Number, Unit("share", 0, 1)]
ShareSeries = Annotated[Series, Unit("share", 0, 1)]
RateSeries = Annotated[Series, Unit("monthly rate", 0, 0.99)]
Rate = Annotated[Number, Unit("monthly rate", 0, 0.99)]
Factor = Annotated[Number, Unit("factor", 0.01, 100)]
ProgrammeFactor = Annotated[Number, Unit("factor", 0, 64)]
Pounds = Annotated[Number, Unit("pounds", 0, 1_000_000_000)]
PoundsPerYear = Annotated[Number, Unit("pounds per year", 0, 1_000_000_000)]
Weight = Annotated[Number, Unit("share", 0, 1)]


class Part(BaseModel):
    """A part of a scenario: unknown keys are refused and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, use_attribute_docstrings=True)
