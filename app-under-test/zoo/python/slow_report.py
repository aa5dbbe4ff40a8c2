"""H09: a report reads, is rendered for a second with its transaction open, and reads once more.

It must see one state of the data.
"""

from __future__ import annotations

import os
import threading
import time

from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from serve import serve

pool = ThreadedConnectionPool(8, 8, os.environ["DATABASE_URL"])
places = threading.BoundedSemaphore(8)


def pooled(show) -> str:
    # psycopg2's pool refuses who finds no place; here he waits for one.
    with places:
        db = pool.getconn()
        try:
            with db:
                return show(db)
        finally:
            pool.putconn(db)


def report(query) -> str:
    def show(db) -> str:
        with db.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT name FROM item WHERE stock = 0")
            names = [name for (name,) in cursor]
            # The look-alike: idle in transaction, with locks and a snapshot, for as long as the renderer takes.
            time.sleep(1)
            cursor.execute("SELECT count(*) FROM item WHERE stock = 0")
            return f"{len(names)} of {cursor.fetchone()[0]} items are out of stock"

    return pooled(show)


serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
        "/report": report,
    }
)
