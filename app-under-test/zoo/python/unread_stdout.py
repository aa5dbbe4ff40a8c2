"""L21: a gateway stops reading what a script prints when the client has left, and waits for the script.

The script waits for room to print.
"""

from __future__ import annotations

import os
import time
from urllib.parse import parse_qsl

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED


def print_all(db) -> None:
    """A long page, printed as it comes from the database: 450 kB in about a second."""
    with db.cursor("all") as cursor:
        cursor.execute("SELECT name, repeat('.', 200) FROM item ORDER BY id")
        while rows := cursor.fetchmany(50):
            print("\n".join(f"{name} {dots}" for name, dots in rows), flush=True)
            time.sleep(0.02)


def answer() -> None:
    query = dict(parse_qsl(os.environ["QUERY_STRING"]))
    db = psycopg2.connect(os.environ["DATABASE_URL"])
    path = os.environ["PATH_INFO"]
    print("Content-Type: text/plain\n", flush=True)
    if path == "/all":
        return print_all(db)
    print(list_items(db, query["page"]) if path == "/items" else item_of(db, query["id"]))


if "GATEWAY_INTERFACE" in os.environ:
    answer()
else:
    from cgi_gateway import serve_cgi

    # The hang: a script whose output nobody reads any more never comes to its end.
    serve_cgi(__file__, leaves_with_client=not MENDED)
