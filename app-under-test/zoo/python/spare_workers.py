"""H07: a pre-forking server that starts more workers while too few are idle, up to a maximum; they stay.

Twice as many each time, as Apache does.
"""

from __future__ import annotations

import mmap
import os
import signal
import time
from http.server import HTTPServer

import psycopg2

from catalogue import item_of, list_items
from serve import serve

AT_FIRST, LEAST_IDLE, MOST = 3, 3, 12
IDLE, BUSY = b".", b"W"
# One byte a worker, as in Apache's scoreboard.
scoreboard = mmap.mmap(-1, MOST)
db = None


def connection():
    """A worker's own, opened by its first request and kept."""
    global db
    if db is None:
        db = psycopg2.connect(os.environ["DATABASE_URL"])
    return db


def items(query) -> str:
    with connection() as mine:
        return list_items(mine, query["page"])


def item(query) -> str:
    with connection() as mine:
        return item_of(mine, query["id"])


class PreforkingServer(HTTPServer):
    request_queue_size = 64

    def serve_forever(self, poll_interval: float = 0.2) -> None:
        workers: list[int] = []

        def end(*_: object) -> None:
            for pid in workers:
                os.kill(pid, signal.SIGTERM)
            os._exit(0)

        signal.signal(signal.SIGTERM, end)
        start = AT_FIRST
        while True:
            for _ in range(min(start, MOST - len(workers))):
                workers.append(self.fork_worker(len(workers)))
            time.sleep(poll_interval)
            idle = scoreboard[: len(workers)].count(IDLE)
            start = max(1, 2 * start) if idle < LEAST_IDLE else 0

    def fork_worker(self, place: int) -> int:
        scoreboard[place : place + 1] = IDLE
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self.place = place
            super().serve_forever()
        return pid

    def process_request(self, request, client_address) -> None:
        scoreboard[self.place : self.place + 1] = BUSY
        try:
            super().process_request(request, client_address)
        finally:
            scoreboard[self.place : self.place + 1] = IDLE


serve({"/items": items, "/item": item}, PreforkingServer)
