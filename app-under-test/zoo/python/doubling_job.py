"""H11: every three seconds a job opens as many connections as the pool has, for a second."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from serve import serve

URL = os.environ["DATABASE_URL"]
SIZE = 8
pool = ThreadedConnectionPool(SIZE, 5 * SIZE, URL)


def pooled(show) -> str:
    db = pool.getconn()
    try:
        with db:
            return show(db)
    finally:
        pool.putconn(db)


def count_part(part: int) -> None:
    with closing(psycopg2.connect(URL)) as db, db, db.cursor() as cursor:
        cursor.execute("SELECT sum(stock) FROM item WHERE id %% %s = %s", (SIZE, part))
        # The look-alike: for a second there are twice as many sessions, half of them idle in transaction.
        time.sleep(1)


def job() -> None:
    while True:
        time.sleep(3)
        parts = [threading.Thread(target=count_part, args=(part,)) for part in range(SIZE)]
        for part in parts:
            part.start()
        for part in parts:
            part.join()


threading.Thread(target=job, daemon=True).start()
serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
    }
)
