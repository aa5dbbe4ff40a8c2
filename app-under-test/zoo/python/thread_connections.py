"""L10: persistent connections, one for each thread, kept by its number; and a thread lives for one request.

Persistent connections were made for servers whose threads stay. This one starts a thread for each request, as
development servers do, and no thread takes its connection with it when it ends.
"""

from __future__ import annotations

import os
import threading

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

URL = os.environ["DATABASE_URL"]
pool = ThreadedConnectionPool(8, 40, URL)
# Numbers of the kernel: those of threading.get_ident() come again soon, and a later thread would inherit what was lost.
connections: dict[int, "psycopg2.extensions.connection"] = {}


def persistent():
    me = threading.get_native_id()
    if me not in connections:
        connections[me] = psycopg2.connect(URL)  # The leak: who is `me` when this request is over?
        connections[me].autocommit = True
    return connections[me]


def pooled(show) -> str:
    db = pool.getconn()
    try:
        with db:
            return show(db)
    finally:
        pool.putconn(db)


def stock(query) -> str:
    try:
        return item_of(persistent(), query["id"])
    finally:
        if MENDED:
            connections.pop(threading.get_native_id()).close()


serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
        "/stock": stock,
    }
)
