"""L07: a session ends when its object does, and the object is part of a cycle: only the collector finds it.

CPython frees what is no longer referenced at once, and so nobody closed anything here for years. Then a
session got a callback.
"""

from __future__ import annotations

import gc
import os

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve


class Session:
    """A connection for one request, closed by the end of this object."""

    def __init__(self) -> None:
        self.db = psycopg2.connect(os.environ["DATABASE_URL"])
        self.on_slow = None

    def close(self) -> None:
        self.db.close()

    def note_slow(self, what: str) -> None:
        print(f"slow: {what}", flush=True)


def items(query) -> str:
    return list_items(Session().db, query["page"])


def item(query) -> str:
    return item_of(Session().db, query["id"])


def watched_item(query) -> str:
    session = Session()
    # The leak: the session holds its own method, and the method holds the session.
    session.on_slow = session.note_slow
    try:
        return item_of(session.db, query["id"])
    finally:
        if MENDED:
            session.close()


def collect(query) -> str:
    return f"{gc.collect()} objects"


serve({"/items": items, "/item": item, "/watched": watched_item, "/gc": collect})
