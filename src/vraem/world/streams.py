"""Named streams of random numbers: every draw has an address.

A draw is addressed by (seed, stream, week, row). Streams are counter-based (Philox, Salmon et al. 2011): the
seed and the stream's number are mixed into the key by `SeedSequence`, the week and the row are the counter. A
decision that is skipped, an extra one, another order or another subset of rows shifts no other draw; two arms
with one seed share every draw (common random numbers). There is no state to save but (seed, week).
"""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

STREAMS: dict[str, int] = {
    "household_traits": 1,
    "household_land": 2,
    "household_coca": 3,
    "firm_traits": 4,
    "harvest_choice": 10,
    "land_choice": 11,
    "load_rounding": 20,
    "seizure": 21,
    "eradication_place": 30,
    "eradication_household": 31,
    "border_price": 40,
    "border_jump": 41,
    "member_traits": 50,
    "member_noise": 51,
    "column_traits": 52,
    "unit_traits": 53,
    "member_exit": 60,
    "exit_way": 61,
    "recruit_count": 62,
    "recruit_traits": 63,
    "recruit_noise": 64,
    "promotion": 65,
    "return": 66,
    "desertion": 67,
    "review_clock": 70,
    "column_choice": 71,
    "column_conduct": 72,
    "firm_offer": 73,
    "follower_vote": 74,
    "follower_way": 75,
    "partner_consent": 76,
    "purge": 77,
    "service_end": 78,
    "interregnum": 80,
    "succession_score": 81,
    "succession_contest": 82,
    "heir_naming": 83,
    "seat_filling": 84,
    "commander_vacancy": 85,
    "blame": 86,
    "contest": 90,
    "contest_loss": 91,
    "entrant": 92,
    "entrant_traits": 93,
    "entrant_noise": 94,
    "seat_move": 95,
    "routine_operation": 100,
    "routine_target": 101,
    "campaign_operation": 102,
    "campaign_target": 103,
    "operation_outcome": 104,
    "operation_loss": 105,
    "disclosure": 106,
    "cooperation": 107,
    "plan_leak": 108,
    "dated_removal": 109,
    "campaign_instead": 116,
    "patrol_move": 110,
    "tip": 111,
    "allocation": 112,
    "attack": 113,
    "attack_loss": 114,
    "collateral": 115,
    "load_protection": 120,
    "protection_choice": 121,
    "bribe": 122,
    "self_defence": 130,
    "null_model": 140,
}
"""Frozen: a number is never changed or reused, so that old results can be made again."""

_FLOATS_A_COUNTER = 8  # one Philox counter gives four 64-bit words, each two 32-bit floats
_DOUBLES_A_COUNTER = 4


def checked_seed(seed: object) -> int:
    """A seed as an integer. Raises `ValueError` for what is none, or is below 0."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed: got {seed!r}, expected an integer of 0 or more")
    return int(seed)


class Streams:
    """The streams of one seed.

    Parameters
    ----------
    seed
        Any integer ≥ 0.

    """

    __slots__ = ("_generators", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        # of each stream used so far: bits, generator, the state that is set before a draw, and its counter
        self._generators: dict[str, tuple[np.random.Philox, np.random.Generator, Any, list[int]]] = {}

    def copy(self) -> "Streams":
        """The same streams with generators of their own, so that copies of a world can run in threads side by side."""
        return Streams(self.seed)

    def _at(self, stream: str, week: int, counter: int) -> np.random.Generator:
        """The generator of `stream`, set to (week, counter)."""
        if stream not in self._generators:
            mixed = np.random.SeedSequence(self.seed, spawn_key=(STREAMS[stream],))
            bits = np.random.Philox(key=mixed.generate_state(2, np.uint64))
            # plain integers: setting a state of arrays takes several times as long, and every draw sets it
            at = [0, 0, 0, 0]
            empty: dict[str, Any] = dict(bits.state)
            empty["buffer"] = empty["buffer"].tolist()
            empty["state"] = {"counter": at, "key": empty["state"]["key"].tolist()}
            self._generators[stream] = (bits, np.random.Generator(bits), empty, at)
        bits, generator, state, at = self._generators[stream]
        at[0], at[1] = counter, week
        bits.state = state
        return generator

    def uniform(self, stream: str, week: int, start: int, stop: int) -> NDArray[np.float32]:
        """Uniform draws in [0, 1) of the rows `start` to `stop`, shape (stop − start,), float32."""
        skipped = start % _FLOATS_A_COUNTER
        generator = self._at(stream, week, start // _FLOATS_A_COUNTER)
        draws = generator.random(stop - start + skipped, dtype=np.float32)
        return draws[skipped:] if skipped else draws

    def uniform_double(self, stream: str, week: int, start: int, stop: int) -> NDArray[np.float64]:
        """Uniform draws in [0, 1) of the rows `start` to `stop`, shape (stop − start,), float64."""
        skipped = start % _DOUBLES_A_COUNTER
        generator = self._at(stream, week, start // _DOUBLES_A_COUNTER)
        draws = generator.random(stop - start + skipped)
        return draws[skipped:] if skipped else draws

    def normal(self, stream: str, week: int, start: int, stop: int) -> NDArray[np.float64]:
        """Standard normal draws of the rows `start` to `stop`, shape (stop − start,).

        By Box and Muller (1958), two uniforms a row, because rejection methods use a varying number of draws
        and so would lose the address of a row.
        """
        pairs = self.uniform_double(stream, week, 2 * start, 2 * stop)
        radius = np.sqrt(-2.0 * np.log1p(-pairs[0::2]))
        return radius * np.cos(2.0 * np.pi * pairs[1::2])


def generator(seed: int, name: str) -> np.random.Generator:
    """A generator for resampling finished runs, the same for the same seed and name; no process may use one.

    Its numbers have no address: they serve intervals of results, which no other draw must be paired with.
    """
    address = int.from_bytes(hashlib.sha256(f"vraem resampling 1\n{name}".encode()).digest()[:8], "big")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, address))))
