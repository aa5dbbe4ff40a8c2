"""H14: the last 1,024 failures are kept with their tracebacks, for a page that shows them.

Memory grows up to there; connections do not.
"""

from __future__ import annotations

import os
import traceback
from collections import deque
from contextlib import closing

import psycopg2

from catalogue import item_of, list_items
from serve import serve

# The look-alike: each failure keeps its frames, and those what was in them; each connection in them is closed.
failures: deque[BaseException] = deque(maxlen=1024)


def watched(show) -> str:
    try:
        with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as db:
            return show(db)
    except Exception as error:
        failures.append(error)
        raise


def last_failure(query) -> str:
    if not failures:
        return "none yet"
    return "".join(traceback.format_exception(None, failures[-1], failures[-1].__traceback__))


serve(
    {
        "/items": lambda query: watched(lambda db: list_items(db, query["page"])),
        "/item": lambda query: watched(lambda db: item_of(db, query["id"])),
        "/failures": last_failure,
    }
)
