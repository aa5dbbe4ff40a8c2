"""L39: a child that nobody waits for is reaped by whoever starts the next one.

The subprocess module keeps the children whose objects have gone before them, and looks after them whenever
another is started, and not before: the last ones stay zombies until then.
"""

from __future__ import annotations

import os
import subprocess
import threading

from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

pool = ThreadedConnectionPool(8, 16, os.environ["DATABASE_URL"])


def pooled(show) -> str:
    db = pool.getconn()
    try:
        with db:
            return show(db)
    finally:
        pool.putconn(db)


def thumbnail(query) -> str:
    page = pooled(lambda db: item_of(db, query["id"]))
    # The leak: it takes longer than this request, which forgets it.
    child = subprocess.Popen(["sleep", "0.05"])
    if MENDED:
        threading.Thread(target=child.wait, daemon=True).start()
    return f"to be drawn: {page}"


def kernel(query) -> str:
    return subprocess.run(["uname", "-r"], check=True, capture_output=True, text=True).stdout


serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
        "/thumbnail": thumbnail,
        "/kernel": kernel,
    }
)
