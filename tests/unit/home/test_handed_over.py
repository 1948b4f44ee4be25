"""Hand-overs on their way through variables and texts."""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Callable

import pytest

from nbenv.errors import RecordError
from nbenv.home.handed_over import HandedOver, variables_in
from nbenv.home.variables import CARRIED

MOST = 4096
"""Characters that Enterprise Gateway takes of one variable; Linux takes 128 KiB."""


def handed(length: int = 0) -> HandedOver:
    """Return a hand-over whose record has lines of hashes, which hardly shrink."""
    digits = random.Random(1)
    lock = [f"p=={i} --hash=sha256:{digits.getrandbits(256):064x}" for i in range(length // 80)]
    return HandedOver("work-1", "/front/é.ipynb", {"lock": lock}, ("a", "b"), "7")


def values(found: HandedOver) -> list[object]:
    return [getattr(found, name) for name in found.__slots__]


@pytest.mark.parametrize("length", [0, 9_000, 200_000])
def test_records_of_every_size_travel_in_variables(length: int) -> None:
    sent = handed(length)
    found = sent.to_variables()
    assert all(len(text) <= MOST for text in found.values())
    environ = {**found, "KERNEL_NBENVX": "other", "PATH": "/bin"}
    assert values(HandedOver.from_variables(environ)) == values(sent)
    assert sorted(variables_in(environ)) == sorted(found)


def test_a_record_that_is_too_large_for_variables_travels_in_a_message() -> None:
    sent = handed(900_000)
    assert sent.to_variables() == {}
    assert values(HandedOver.from_text(sent.to_text())) == values(sent)


def packed(value: object) -> str:
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


GOOD = {"identity": "a", "path": "/a", "record": None, "known": [], "number": "1"}


@pytest.mark.parametrize(
    "text",
    ["", "x", "é", "!" * 8, packed([]), packed({}), packed({**GOOD, "known": 1}),
     packed({**GOOD, "number": None}), packed({**GOOD, "path": 1}),
     *(packed({**GOOD, "identity": name}) for name in
       ("", "../a", "a/b", ".a", "a b", "é", "x" * 200, None, "\0")),
     base64.b64encode(zlib.compress(b"[" * 100_000)).decode(),
     base64.b64encode(zlib.compress(b" " * 20_000_000)).decode(),
     packed(GOOD)[:-8]],
)  # fmt: skip
def test_what_is_damaged_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        HandedOver.from_text(text)


@pytest.mark.parametrize(
    "change",
    [lambda found: found.pop(f"{CARRIED}_2"), lambda found: found.update({CARRIED: "1"}),
     lambda found: found.update({CARRIED: "10000000000"}),
     lambda found: found.update({CARRIED: "-1"})],
)  # fmt: skip
def test_variables_that_are_incomplete_are_refused(
    change: Callable[[dict[str, str]], object],
) -> None:
    found = handed(200_000).to_variables()
    change(found)
    with pytest.raises(RecordError):
        HandedOver.from_variables(found)
