"""What one visitor, and all visitors together, may ask of the live classroom."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Limits:
    """Bounds of the live classroom.

    `worlds` at once in all; `message_bytes` of one message; `messages_a_second` with a `burst` at first;
    `strikes` refused messages after which a visitor is sent away; `idle_seconds` without a message after which a
    world ends; `orders` that one world takes; `send_seconds` for which a visitor may fail to take in a frame;
    `frames_a_second` at most; `seeds` whose past is kept ready in each of the `processes` that
    move worlds (one a core, four at most, if None).
    """

    worlds: int = 40
    message_bytes: int = 2_048
    messages_a_second: float = 8.0
    burst: int = 24
    strikes: int = 30
    idle_seconds: float = 900.0
    orders: int = 40
    send_seconds: float = 20.0
    frames_a_second: float = 10.0
    seeds: int = 4
    processes: int | None = None


LARGEST_FRAME = 16_384
"""Bytes of a message that the socket itself refuses; smaller ones that are too large are told the reason."""


class Bucket:
    """A visitor's allowance of messages: it fills with time up to the burst and empties by one a message."""

    def __init__(self, limits: Limits) -> None:
        self._rate, self._most = limits.messages_a_second, float(limits.burst)
        self._left = self._most
        self._at = monotonic()

    def take(self) -> bool:
        """Whether one more message is allowed now."""
        now = monotonic()
        self._left = min(self._left + self._rate * (now - self._at), self._most)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
