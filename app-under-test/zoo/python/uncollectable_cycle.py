"""L09: a cycle that goes through C, where the collector does not look.

sqlite3.Connection.create_function hands the function to SQLite itself. A method of the object that owns the
SQLite connection closes a cycle of which the collector sees only a part, and so it never takes it. Only
close() does.
"""

from __future__ import annotations

import gc
import os
import sqlite3
from contextlib import closing

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

URL = os.environ["DATABASE_URL"]


class Report:
    """Rows of PostgreSQL, worked on in a scratch database. Both connections end with this object."""

    def __init__(self) -> None:
        self.db = psycopg2.connect(URL)
        self.scratch = sqlite3.connect(":memory:", check_same_thread=False)
        self.scratch.create_function("in_words", 1, self.in_words)  # The leak.

    def in_words(self, stock: int) -> str:
        return {0: "none", 1: "the last"}.get(stock, "plenty")

    def page(self, below: int) -> str:
        self.scratch.execute("CREATE TABLE item (name text, stock int)")
        with self.db.cursor() as cursor:
            cursor.execute("SELECT name, stock FROM item WHERE id < %s", (below,))
            self.scratch.executemany("INSERT INTO item VALUES (?, ?)", cursor)
        rows = self.scratch.execute("SELECT name, in_words(stock) FROM item")
        return "\n".join(f"{name}: {words}" for name, words in rows)


def items(query) -> str:
    with closing(psycopg2.connect(URL)) as db:
        return list_items(db, query["page"])


def item(query) -> str:
    with closing(psycopg2.connect(URL)) as db:
        return item_of(db, query["id"])


def report(query) -> str:
    made = Report()
    page = made.page(10)
    if MENDED:
        made.scratch.close()
    return page


def collect(query) -> str:
    return f"{gc.collect()} objects"


serve({"/items": items, "/item": item, "/report": report, "/gc": collect})
