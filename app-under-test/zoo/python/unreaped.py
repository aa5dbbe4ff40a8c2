"""L22: a health check leaves a child behind twice a second; the program inherits it, and reaps nobody.

As PID 1 of a container a program becomes the parent of every orphan. PR_SET_CHILD_SUBREAPER makes it that
without a container.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
import time

from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from mended import MENDED
from serve import serve

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
pool = ThreadedConnectionPool(8, 16, os.environ["DATABASE_URL"])


def check_health() -> None:
    while True:
        # As health checks do, in one line of a shell: what it puts in the background outlives it, if only for a moment.
        subprocess.run(["sh", "-c", "test -d /proc/self && (sleep 0.1 &)"], check=True)
        time.sleep(0.5)
        if MENDED:
            reap()
        # The leak: the `sleep` has ended by now, and waits for its new parent.


def reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass  # none left


def pooled(show) -> str:
    db = pool.getconn()
    try:
        with db:
            return show(db)
    finally:
        pool.putconn(db)


threading.Thread(target=check_health, daemon=True).start()
serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
    }
)
