"""L12: one kind of request takes a connection and then a lock, the other the lock and then a connection.

Nothing happens as long as a connection is free. Where all are out, each waits for what the other holds.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from contextlib import contextmanager

from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

SIZE = 2  # fewer than the requests that come at once, as in any pool that has something to do
pool = ThreadedConnectionPool(SIZE, SIZE, os.environ["DATABASE_URL"])
free = threading.Semaphore(SIZE)
names: dict[int, str] = {}
shown: Counter = Counter()
names_lock = threading.Lock()


@contextmanager
def connection():
    with free:
        db = pool.getconn()
        try:
            with db:
                yield db
        finally:
            pool.putconn(db)


def show(page_of, argument: str) -> str:
    """First a connection, then the lock."""
    with connection() as db:
        page = page_of(db, argument)
        with names_lock:
            shown.update(name for name in names.values() if name in page)
        return page


def renew(query) -> str:
    if MENDED:
        with connection() as db, names_lock:
            return read_names(db)
    # The deadlock: whoever has the last connection may be waiting for this lock.
    with names_lock, connection() as db:
        return read_names(db)


def read_names(db) -> str:
    with db.cursor() as cursor:
        cursor.execute("SELECT id, name FROM item")
        names.update(cursor.fetchall())
    return f"{len(names)} names"


serve(
    {
        "/items": lambda query: show(list_items, query["page"]),
        "/item": lambda query: show(item_of, query["id"]),
        "/renew": renew,
    }
)
