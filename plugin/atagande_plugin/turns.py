"""Lets those who write to a SQLite file take turns, in the order they came.

SQLite has one writer at a time, and those who wait ask again and again, more and more seldom: who
comes back at the right moment wins, and somebody may wait for a hundred others. Within a process
we can do better. Between processes it is as SQLite has it.
"""

import sqlite3
import threading
from collections import deque


class Turns:
    """A lock that is handed to the one who has waited longest, and to nobody who comes later."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        #: One closed lock for each that waits; it is opened when the turn is theirs.
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait at most `seconds` for the turn; return whether it was given."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        # It was handed over in the very moment that the time ran out.
        return True

    def leave(self) -> None:
        """Hand the turn to the next, or to nobody."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Connection(sqlite3.Connection):
    """A connection that leaves its turn when its transaction is over, however it ends."""

    #: What it waits its turn in; None when it only reads.
    turns: Turns | None = None

    def take_turn(self, turns: Turns, seconds: float) -> None:
        """Wait for the turn to write; if it does not come in time, SQLite itself decides."""
        if self.turns is None and turns.take(seconds):
            self.turns = turns

    def leave_turn(self) -> None:
        """Let the next one write."""
        turns, self.turns = self.turns, None
        if turns is not None:
            turns.leave()

    def commit(self) -> None:
        """Commit, and let the next one write."""
        super().commit()
        self.leave_turn()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self.leave_turn()

    def close(self) -> None:
        """Close, and let the next one write."""
        try:
            super().close()
        finally:
            self.leave_turn()
