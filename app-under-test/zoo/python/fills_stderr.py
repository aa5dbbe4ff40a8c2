"""L20: a CGI script complains at length, into a pipe that its gateway reads when the script has ended.

It never does: the pipe is full before.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import parse_qsl

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED


def stocktaking(db) -> str:
    """One line of complaint for each item that is out of stock: more than the 64 KiB that a pipe holds."""
    with db.cursor() as cursor:
        cursor.execute("SELECT id, name FROM item WHERE stock = 0 ORDER BY id")
        for id, name in cursor:
            print(f"{name} (number {id}): nothing left of it. {'Order more of it. ' * 12}", file=sys.stderr)
    return "all counted"


def answer() -> str:
    query = dict(parse_qsl(os.environ["QUERY_STRING"]))
    db = psycopg2.connect(os.environ["DATABASE_URL"])
    path = os.environ["PATH_INFO"]
    if path == "/items":
        return list_items(db, query["page"])
    return stocktaking(db) if path == "/stocktaking" else item_of(db, query["id"])


if "GATEWAY_INTERFACE" in os.environ:
    print(f"Content-Type: text/plain\n\n{answer()}")
else:
    from cgi_gateway import serve_cgi

    # The hang: nobody reads what the script writes to its stderr, as long as it runs.
    serve_cgi(__file__, keeps_errors=not MENDED)
