"""Short form of the soak: random commands checked against a model."""

from __future__ import annotations

import random

from tests.endurance import soak


def test_random_verbs() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"python -m tests.endurance.soak 15 --seed {seed}")
    assert len(soak.main(15, seed)) == 2
