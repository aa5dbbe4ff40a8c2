"""L01: a connection goes back into its pool when the request went well, and only then.

The pool's own books keep what nobody gave back, so no garbage collector ever finds it.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

pool = ThreadedConnectionPool(8, 300, os.environ["DATABASE_URL"])


@contextmanager
def connection():
    db = pool.getconn()
    if MENDED:
        try:
            with db:
                yield db
        finally:
            pool.putconn(db)
    else:
        yield db
        # Never reached by an exception: the leak.
        db.commit()
        pool.putconn(db)


def items(query) -> str:
    with connection() as db:
        return list_items(db, query["page"])


def item(query) -> str:
    with connection() as db:
        return item_of(db, query["id"])


serve({"/items": items, "/item": item})
