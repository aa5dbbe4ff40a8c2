"""H03: a pool that closes what has been idle for too long when the next request comes, and not before.

Healthy: it loses nothing.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager

import psycopg2

from catalogue import item_of, list_items
from serve import serve

SIZE = 8
IDLE_SECONDS = 1.5


class Pool:
    def __init__(self) -> None:
        self.places = threading.Semaphore(SIZE)
        self.lock = threading.Lock()
        self.idle: list = []  # pairs of a connection and the time it came back, oldest first

    def get(self):
        with self.lock:
            # The look-alike: as long as nobody asks, nobody closes.
            while self.idle and time.monotonic() - self.idle[0][1] > IDLE_SECONDS:
                self.idle.pop(0)[0].close()
            if self.idle:
                return self.idle.pop()[0]
        return psycopg2.connect(os.environ["DATABASE_URL"])

    def put(self, db) -> None:
        with self.lock:
            self.idle.append((db, time.monotonic()))


pool = Pool()


@contextmanager
def connection():
    with pool.places:
        db = pool.get()
        try:
            with db:
                yield db
        finally:
            pool.put(db)


def items(query) -> str:
    with connection() as db:
        return list_items(db, query["page"])


def item(query) -> str:
    with connection() as db:
        return item_of(db, query["id"])


serve({"/items": items, "/item": item})
