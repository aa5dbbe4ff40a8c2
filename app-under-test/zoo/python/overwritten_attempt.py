"""L15: who has waited long enough for a connection tries again, and forgets the attempt under way.

The first attempt succeeds a moment later. Its handle is a pointer of C, which nothing finalizes, and nobody
has it any more.
"""

from __future__ import annotations

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from contextlib import closing

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED
from serve import log, serve

URL = os.environ["DATABASE_URL"]
CONNECTION_OK = 0

libpq = ctypes.CDLL("libpq.so.5")
libpq.PQconnectdb.restype = libpq.PQexec.restype = ctypes.c_void_p
libpq.PQgetvalue.restype = ctypes.c_char_p
libpq.PQfinish.argtypes = libpq.PQstatus.argtypes = libpq.PQclear.argtypes = [ctypes.c_void_p]
libpq.PQexec.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
libpq.PQgetvalue.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]

attempts = ThreadPoolExecutor(32)


def connect(within: float) -> int:
    """A PGconn. The second attempt waits as long as it takes."""
    for seconds in (within, 30):
        attempt = attempts.submit(libpq.PQconnectdb, URL.encode())
        try:
            return attempt.result(timeout=seconds)
        except TimeoutError:
            log.info("no connection within %s s, trying again", seconds)
            if MENDED:
                attempt.add_done_callback(lambda late: libpq.PQfinish(late.result()))
            # The leak: the next attempt takes this one's name.
    raise ConnectionError("no connection")


def stock(query) -> str:
    db = connect(float(query.get("within", 10)))
    try:
        if libpq.PQstatus(db) != CONNECTION_OK:
            raise ConnectionError("no connection")
        result = libpq.PQexec(db, b"SELECT stock FROM item WHERE id = %d" % int(query["id"]))
        try:
            return f"{libpq.PQgetvalue(result, 0, 0).decode()} in stock"
        finally:
            libpq.PQclear(result)
    finally:
        libpq.PQfinish(db)


def items(query) -> str:
    with closing(psycopg2.connect(URL)) as db:
        return list_items(db, query["page"])


def item(query) -> str:
    with closing(psycopg2.connect(URL)) as db:
        return item_of(db, query["id"])


serve({"/items": items, "/item": item, "/stock": stock})
