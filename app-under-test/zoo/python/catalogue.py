"""What the programs show: items and their stock. As a program it makes the tables and fills them."""

from __future__ import annotations

import os

import psycopg2

SCHEMA = """
CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, stock int NOT NULL);
INSERT INTO item SELECT n, 'item ' || n, n % 7 FROM generate_series(1, 2000) n;
"""


def list_items(db, page: str) -> str:
    with db.cursor() as cursor:
        cursor.execute("SELECT name, stock FROM item ORDER BY id LIMIT 20 OFFSET %s", (20 * int(page),))
        return "\n".join(f"{name}: {stock}" for name, stock in cursor)


def item_of(db, id: str) -> str:
    """Fails for an item that is not there."""
    with db.cursor() as cursor:
        cursor.execute("SELECT name, stock FROM item WHERE id = %s", (int(id),))
        name, stock = cursor.fetchone()
        return f"{name}, {stock} in stock"


if __name__ == "__main__":
    with psycopg2.connect(os.environ["DATABASE_URL"]) as db, db.cursor() as cursor:
        cursor.execute(SCHEMA)
