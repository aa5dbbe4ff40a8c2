"""L23: a job is forked from a request's process with all that it has open, the database's socket too.

The job waits until the request's session is over, so that it sees what was committed. The session is over
when the last holder of its socket has closed it, and that is the job.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from http.server import HTTPServer
from socketserver import ForkingMixIn

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED
from serve import log, serve

URL = os.environ["DATABASE_URL"]
db = None


def connection():
    """The process's own, and its process is for one request: it is closed by the kernel."""
    global db
    db = db or psycopg2.connect(URL)
    return db


def items(query) -> str:
    return list_items(connection(), query["page"])


def item(query) -> str:
    return item_of(connection(), query["id"])


def order(query) -> str:
    page = item_of(connection(), query["id"])
    if os.fork() == 0:
        # Subtle: no way out but _exit. The connection's object is here too; closed, it would say goodbye for the parent.
        try:
            send_mail(connection().info.backend_pid)
        finally:
            os._exit(0)
    return f"ordered: {page}"


def send_mail(request_session: int) -> None:
    os.setsid()
    if MENDED:
        os.closerange(3, 1024)
    # The leak: the job holds the socket of the session whose end it waits for.
    with closing(psycopg2.connect(URL)) as own, own.cursor() as cursor:
        own.autocommit = True
        alive = True
        while alive:
            time.sleep(0.3)
            cursor.execute("SELECT count(*) > 0 FROM pg_stat_activity WHERE pid = %s", (request_session,))
            (alive,) = cursor.fetchone()
    log.info("mail sent")


class ForkingServer(ForkingMixIn, HTTPServer):
    request_queue_size = 64


serve({"/items": items, "/item": item, "/order": order}, ForkingServer)
