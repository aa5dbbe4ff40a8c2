"""L03: the transaction begins before the try whose finally gives the connection back."""

from __future__ import annotations

import os

from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

pool = ThreadedConnectionPool(8, 300, os.environ["DATABASE_URL"])


def begin(db, query) -> None:
    """The client says how long it wants to wait. PostgreSQL refuses what is no time, and the transaction is aborted."""
    with db.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", (query.get("within", "5s"),))


def in_transaction(show, query) -> str:
    db = pool.getconn()
    if not MENDED:
        begin(db, query)  # The leak: what fails here fails before anyone has promised to give the connection back.
    try:
        if MENDED:
            begin(db, query)
        page = show(db)
        db.commit()
        return page
    finally:
        pool.putconn(db)


serve(
    {
        "/items": lambda query: in_transaction(lambda db: list_items(db, query["page"]), query),
        "/item": lambda query: in_transaction(lambda db: item_of(db, query["id"]), query),
    }
)
