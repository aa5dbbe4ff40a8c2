"""L36: a connection goes back into its pool with its transaction, and is ended there by the server.

The pool asks each connection that it lends for a sign of life, and replaces the dead: nobody misses anything.
Until then the socket of a dead one is half closed.
"""

from __future__ import annotations

import os
from collections import deque

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

URL = os.environ["DATABASE_URL"]
pool = ThreadedConnectionPool(8, 16, URL)
exports: deque = deque()  # oldest first


def pooled(show) -> str:
    db = pool.getconn()
    try:
        with db:
            return show(db)
    finally:
        pool.putconn(db)


def lend():
    while exports:
        db = exports.popleft()
        try:
            with db.cursor() as cursor:
                cursor.execute("SELECT 1")
            return db
        except psycopg2.Error:
            db.close()
    return psycopg2.connect(URL, options="-c idle_in_transaction_session_timeout=1500")


def export(query) -> str:
    db = lend()
    try:
        line = item_of(db, query["id"])
        db.commit()
        return f"exported: {line}"
    finally:
        # The leak: what has failed gives its transaction back, too.
        if MENDED:
            db.rollback()
        exports.append(db)


serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
        "/export": export,
    }
)
