"""L19: a CGI script reads its standard input to an end that does not come.

With a request in its environment this is the script, otherwise the gateway.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import parse_qsl

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED


def body() -> str:
    if MENDED:
        return sys.stdin.buffer.read(int(os.environ["CONTENT_LENGTH"] or 0)).decode()
    return sys.stdin.buffer.read().decode()  # The hang: RFC 3875 promises so many bytes, and no end of file.


def answer() -> str:
    query = dict(parse_qsl(os.environ["QUERY_STRING"]))
    db = psycopg2.connect(os.environ["DATABASE_URL"])
    path = os.environ["PATH_INFO"]
    if path == "/items":
        return list_items(db, query["page"])
    page = item_of(db, query["id"])
    return f"{page}: {body()}" if path == "/remark" else page


if "GATEWAY_INTERFACE" in os.environ:
    print(f"Content-Type: text/plain\n\n{answer()}")
else:
    from cgi_gateway import serve_cgi

    serve_cgi(__file__)
