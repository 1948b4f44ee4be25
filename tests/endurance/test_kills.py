"""Short form of the kills: the next start gives the old or the new environment, complete."""

from __future__ import annotations

import random

from tests.endurance import kills


def test_killed_at_random_moments() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"python -m tests.endurance.kills 10 --background --seed {seed}")
    assert kills.main(10, seed, background=True).total() == 10
