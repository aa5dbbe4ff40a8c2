"""L08: a log handler keeps the last 1,024 records, and with them the connections of failed requests.

A record keeps its traceback, that its frames, and those what was in them.
"""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import MemoryHandler

import psycopg2

from catalogue import item_of, list_items
from mended import MENDED
from serve import log, serve


class FormattedAtOnce(MemoryHandler):
    """Keeps texts and no objects."""

    def emit(self, record: logging.LogRecord) -> None:
        record.msg, record.args = self.target.format(record), ()
        record.exc_info = record.exc_text = None
        super().emit(record)


to_stderr = logging.StreamHandler(sys.stderr)
Memory = FormattedAtOnce if MENDED else MemoryHandler
# The danger: the records wait here, until 1,024 have come or something critical has happened.
log.addHandler(Memory(1024, flushLevel=logging.CRITICAL, target=to_stderr))
log.setLevel(logging.ERROR)
log.propagate = False


def connect():
    """For one request. It is closed when the last reference to it goes: with the function that asked for it."""
    return psycopg2.connect(os.environ["DATABASE_URL"])


def items(query) -> str:
    db = connect()
    return list_items(db, query["page"])


def item(query) -> str:
    db = connect()
    return item_of(db, query["id"])


serve({"/items": items, "/item": item})
