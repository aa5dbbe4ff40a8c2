"""A shop over PostgreSQL: products, their ratings, orders. One thread a request, one pooled connection a request.

    shop.py create    makes the tables and fills them
    shop.py           serves on PORT

SHOP_VARIANT=release-on-success gives a connection back only when its request went well: see connection().
"""

import json
import os
import re
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

RELEASE_ON_SUCCESS = os.environ.get("SHOP_VARIANT") == "release-on-success"

SCHEMA = """
CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, stock int NOT NULL CHECK (stock >= 0));
CREATE TABLE rating (product int NOT NULL REFERENCES product, stars int NOT NULL);
CREATE TABLE purchase (id serial PRIMARY KEY, product int NOT NULL REFERENCES product, quantity int NOT NULL);
CREATE INDEX ON rating (product);
INSERT INTO product SELECT n, 'product ' || n, 1000000 FROM generate_series(1, 500) n;
-- The newest products, from 481 on, have not been rated yet.
INSERT INTO rating SELECT n % 480 + 1, n % 5 + 1 FROM generate_series(1, 9600) n;
"""


@contextmanager
def connection():
    """A connection for one request, in one transaction: committed, or rolled back when the request fails."""
    db = pool.getconn()
    if RELEASE_ON_SUCCESS:
        # The leak: an exception leaves this function at the yield, and nobody ever sees the connection again.
        yield db
        db.commit()
        pool.putconn(db)
        return
    try:
        with db:
            yield db
    finally:
        pool.putconn(db)


def list_products(db, page):
    with db.cursor() as cursor:
        cursor.execute("SELECT id, name, stock FROM product ORDER BY id LIMIT 20 OFFSET %s", (20 * int(page),))
        return [{"id": id, "name": name, "stock": stock} for id, name, stock in cursor]


def average_rating(db, product):
    with db.cursor() as cursor:
        cursor.execute("SELECT stars FROM rating WHERE product = %s", (product,))
        stars = [row[0] for row in cursor]
    return {"product": int(product), "average": sum(stars) / len(stars)}  # a product without ratings: ZeroDivisionError


def buy(db, product):
    with db.cursor() as cursor:
        cursor.execute("UPDATE product SET stock = stock - 1 WHERE id = %s", (product,))
        cursor.execute("INSERT INTO purchase (product, quantity) VALUES (%s, 1) RETURNING id", (product,))
        return {"purchase": cursor.fetchone()[0]}


ROUTES = [
    ("GET", re.compile(r"/products\?page=(\d+)"), list_products),
    ("GET", re.compile(r"/products/(\d+)/rating"), average_rating),
    ("POST", re.compile(r"/products/(\d+)/purchases"), buy),
]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {"ok": True})
        for method, pattern, respond in ROUTES:
            match = pattern.fullmatch(self.path)
            if match and method == self.command:
                return self.answer_with(respond, *match.groups())
        self.answer(404, {"error": "no such page"})

    do_POST = do_GET

    def answer_with(self, respond, *args):
        try:
            with connection() as db:
                body = respond(db, *args)
        except Exception as error:
            self.log_error("%s failed: %r", self.path, error)
            return self.answer(500, {"error": type(error).__name__})
        self.answer(200, body)

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(ThreadingHTTPServer):
    request_queue_size = 64


if __name__ == "__main__":
    if sys.argv[1:] == ["create"]:
        with psycopg2.connect(os.environ["DATABASE_URL"]) as db, db.cursor() as cursor:
            cursor.execute(SCHEMA)
    else:
        pool = ThreadedConnectionPool(4, 40, os.environ["DATABASE_URL"])
        Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
