"""The bodies that the control API takes, with their limits.

Knows no route; unknown members are refused, so that a typing mistake does not pass for a default.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from lgo_sandbox.tenant.faults import ANY, FaultKind

__all__ = ["ClockMove", "IssueRequest", "NewFault", "NewMarker", "NewSession", "Nothing", "Texts"]

CENTURY_SECONDS = 100 * 366 * 86_400

Name = Annotated[str, Field(min_length=1, max_length=128)]
Text = Annotated[str, Field(max_length=2_000)]
Texts = Annotated[dict[Name, Text | None], Field(max_length=1_000)]
"""Named texts to set; ``null`` takes one back."""


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):  # true is no 1: it would move a clock by a second
        raise PydanticCustomError("float_type", "a number is expected")
    return value


NUMBER = BeforeValidator(_no_truth)


def _number_or_name(value: Any, number: ValidatorFunctionWrapHandler) -> Any:
    is_name = isinstance(value, str) and 0 < len(value) <= 128 and not value.lstrip("+-").isdigit()
    return value if is_name else number(value)


NumberOrName = Annotated[int, Field(ge=0, le=100_000_000), WrapValidator(_number_or_name), NUMBER]
"""A number, or the name of a fault that a service declares."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Model):
    """A body that has nothing to say: what a client wishes there would be ignored, so it is refused."""


class ClockMove(_Model):
    """How to set a clock: ``by`` seconds or ``to`` a moment; ``freeze`` (absent: as it is); what messages carry."""

    by: Annotated[float, NUMBER, Field(ge=-CENTURY_SECONDS, le=CENTURY_SECONDS, allow_inf_nan=False)] | None = None
    to: AwareDatetime | None = None
    freeze: bool | None = None
    wire: Literal["real", "session"] | None = None


class NewSession(_Model):
    """A session to make. Without ``name`` the server gives one; ``listeners`` opens doors for it."""

    name: str | None = None
    durable: bool = False
    seed: Annotated[str, Field(max_length=200)] = ""
    clock: ClockMove | None = None
    options: Texts = {}
    spec_versions: Texts = {}
    listeners: bool = False


class NewFault(_Model):
    """A fault to arm. ``value``: milliseconds, an HTTP status or SMTP code, octets, octets per second, or a name.

    ``times`` absent: always (with ``nth``: once). ``nth``: the first matching call that is struck. ``seed``: what
    ``probability`` is drawn from; absent, that of the session.
    """

    service: Name = ANY
    operation: Name = ANY
    kind: FaultKind
    value: NumberOrName | None = None
    times: Annotated[int, NUMBER, Field(ge=1, le=1_000_000)] | None = None
    client: Name = ANY
    nth: Annotated[int, NUMBER, Field(ge=1, le=1_000_000)] | None = None
    probability: Annotated[float, NUMBER, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    seed: Annotated[str, Field(max_length=200)] | None = None


class NewMarker(_Model):
    """A marker to put. ``at`` absent: now, in age time."""

    name: Name
    subject: Annotated[str, Field(max_length=256)] = ""
    detail: dict[str, Any] = {}
    at: AwareDatetime | None = None


class IssueRequest(_Model):
    """A certificate to make: for a persona's card, or for a structure (absent: the pharmacy)."""

    kind: Name
    session: str | None = None
    variant: Name = "good"
    persona: Name | None = None
    structure: Name | None = None
    common_name: Annotated[str, Field(max_length=64)] = ""
    hosts: Annotated[list[Name], Field(max_length=20)] = []
