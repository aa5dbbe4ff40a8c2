"""L06: one thread reads an export from a server cursor, another sends it, a short queue is between them.

A slow reader slows the cursor down, as it should. A reader that goes away ends the thread that sends, and the
one that reads from the database waits for ever for room in the queue: in the midst of its transaction, with
its snapshot.
"""

from __future__ import annotations

import os
import threading
import time
from queue import Full, Queue

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

URL = os.environ["DATABASE_URL"]
pool = ThreadedConnectionPool(8, 8, URL)
pool_slots = threading.BoundedSemaphore(8)


def pooled(show) -> str:
    with pool_slots:
        db = pool.getconn()
        try:
            with db:
                return show(db)
        finally:
            pool.putconn(db)


def read(batches: Queue, left: threading.Event) -> None:
    """Puts one text a batch, and None at the end. An export has a connection of its own."""
    db = psycopg2.connect(URL)
    try:
        with db, db.cursor("export") as cursor:
            cursor.execute("SELECT id, name, repeat('.', 200) FROM item ORDER BY id")
            while rows := cursor.fetchmany(50):
                if not put(batches, "\n".join(map(str, rows)), left):
                    return
        put(batches, None, left)
    finally:
        db.close()


def put(batches: Queue, batch, left: threading.Event) -> bool:
    """False when nobody takes any more."""
    if not MENDED:
        batches.put(batch)  # The leak: nobody will ever make room once the reader has left.
        return True
    while not left.is_set():
        try:
            batches.put(batch, timeout=0.1)
            return True
        except Full:
            pass
    return False


def export(query):
    batches: Queue = Queue(maxsize=2)
    left = threading.Event()
    threading.Thread(target=read, args=(batches, left), daemon=True).start()
    try:
        while (batch := batches.get()) is not None:
            yield batch
            time.sleep(0.02)  # an export must not take the whole line
    finally:
        left.set()


serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
        "/export": export,
    }
)
