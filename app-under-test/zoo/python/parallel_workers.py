"""H06: parallel queries, and a table that is vacuumed all the time: backends that no client opened."""

from __future__ import annotations

import os
import threading
import time

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

from catalogue import item_of, list_items
from serve import serve

URL = os.environ["DATABASE_URL"]
# Any scan is worth three workers to this session.
EAGER = "-c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0"
pool = ThreadedConnectionPool(8, 16, URL, options=f"{EAGER} -c max_parallel_workers_per_gather=3")

TABLE = """
CREATE TABLE visit (id bigserial PRIMARY KEY, item int NOT NULL)
    WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
INSERT INTO visit (item) SELECT n % 2000 + 1 FROM generate_series(1, 60000) n;
"""


def pooled(show) -> str:
    db = pool.getconn()
    try:
        with db:
            return show(db)
    finally:
        pool.putconn(db)


def visits(query) -> str:
    def show(db) -> str:
        with db.cursor() as cursor:
            cursor.execute("SELECT count(*), max(item) FROM visit")
            return "%d visits of item %d" % cursor.fetchone()

    return pooled(show)


def visit(query) -> str:
    def show(db) -> str:
        with db.cursor() as cursor:
            cursor.execute("UPDATE visit SET item = item WHERE id %% 500 = %s", (int(query["n"]) % 500,))
            return f"{cursor.rowcount} visited"

    return pooled(show)


def vacuum() -> None:
    """The server's own autovacuum comes once a minute; where a run is shorter, this stands in for it."""
    db = psycopg2.connect(URL)
    db.autocommit = True
    with db.cursor() as cursor:
        while True:
            time.sleep(2)
            cursor.execute("VACUUM (ANALYZE, PARALLEL 2) visit")


with psycopg2.connect(URL) as setup, setup.cursor() as cursor:
    cursor.execute(TABLE)
setup.close()
threading.Thread(target=vacuum, daemon=True).start()
serve(
    {
        "/items": lambda query: pooled(lambda db: list_items(db, query["page"])),
        "/item": lambda query: pooled(lambda db: item_of(db, query["id"])),
        "/visits": visits,
        "/visit": visit,
    }
)
