"""Tapes: what the player shows of a run, small enough to stand in one page. They read the world; nothing reads them."""

from vraem.tape.header import header
from vraem.tape.place import place_data
from vraem.tape.recorder import TapeRecorder
from vraem.tape.runs import Tape, tape_run

__all__ = ["Tape", "TapeRecorder", "header", "place_data", "tape_run"]
