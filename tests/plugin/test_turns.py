"""Those who write to one SQLite file take turns, in the order they came."""

import threading

from sqlalchemy import Engine, text

from atagande_plugin.database import make_engine
from atagande_plugin.turns import Turns
from support.rivals import PATIENCE

_SMALL = text("UPDATE association SET name = name")


def test_the_turn_goes_to_the_one_who_has_waited_longest() -> None:
    turns = Turns()
    assert turns.take(PATIENCE)
    order: list[int] = []

    def wait(number: int) -> None:
        assert turns.take(PATIENCE)
        order.append(number)
        turns.leave()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(turns._waiting) <= number:
            pass
    turns.leave()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == [0, 1, 2, 3, 4]


def test_who_has_waited_long_enough_leaves_the_line() -> None:
    turns = Turns()
    assert turns.take(PATIENCE)
    assert not turns.take(0.001)
    turns.leave()
    assert turns.take(0.001)


def _writes(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(_SMALL)


def test_the_turn_is_left_however_a_transaction_ends(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    for end in ("commit", "rollback", "close", "invalidate"):
        connection = engine.connect()
        connection.execute(_SMALL)
        getattr(connection, end)()
        thread = threading.Thread(target=_writes, args=(engine,))
        thread.start()
        thread.join(PATIENCE)
        assert not thread.is_alive(), end
        connection.close()
    engine.dispose()
