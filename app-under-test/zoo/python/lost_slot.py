"""L13: a pool goes on counting a connection that the server has ended."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

SIZE = 8


class Pool:
    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.idle: list = []
        self.counted = 0

    def get(self):
        with self.changed:
            self.changed.wait_for(lambda: self.idle or self.counted < SIZE)
            if self.idle:
                return self.idle.pop()
            self.counted += 1  # a place is held while the connection is being opened, outside the lock
        return psycopg2.connect(os.environ["DATABASE_URL"])

    def put(self, db) -> None:
        with self.changed:
            if not db.closed:
                db.rollback()
                self.idle.append(db)
            elif MENDED:
                self.counted -= 1
            # The leak: a connection that was lost goes, its place does not come back.
            self.changed.notify()


pool = Pool()


@contextmanager
def connection():
    db = pool.get()
    try:
        yield db
    finally:
        pool.put(db)


def items(query) -> str:
    with connection() as db:
        return list_items(db, query["page"])


def item(query) -> str:
    with connection() as db:
        return item_of(db, query["id"])


def interrupted(query) -> str:
    """What an administrator, a failover or a time-out of the server does to a session."""
    with connection() as db, db.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return "never"


def hold(query) -> str:
    """Takes a place for a second: so many of these at once tell how many places there are."""
    with connection() as db, db.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")
        return "held"


serve({"/items": items, "/item": item, "/interrupted": interrupted, "/hold": hold})
