"""A threaded HTTP server for programs of one page: one thread a request, 500 for an exception.

A handler gets the query and gives the page: a text, or an iterable of texts that is sent piece by piece. As
with WSGI the server owes an iterable its close(), whatever became of the client.
"""

from __future__ import annotations

import logging
import os
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Callable, Iterable, Mapping, Union
from urllib.parse import parse_qsl, urlsplit

Handler = Callable[[Mapping[str, str]], Union[str, Iterable[str]]]

log = logging.getLogger("zoo")


class Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


def serve(routes: Mapping[str, Handler], server: type[HTTPServer] = Server) -> None:
    """Serves on PORT until it is ended. /health needs no route and no database."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(threadName)s %(message)s")
    handler = handler_of({"/health": lambda query: "ok", **routes})
    server(("127.0.0.1", int(os.environ["PORT"])), handler).serve_forever()


def handler_of(routes: Mapping[str, Handler]) -> type[BaseHTTPRequestHandler]:
    class RequestHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            handler = routes.get(url.path)
            if handler is None:
                return self.answer(404, "no such page")
            try:
                page = handler(dict(parse_qsl(url.query)))
            except Exception as error:
                log.exception("%s failed", self.path)
                return self.answer(500, f"failed: {type(error).__name__}")
            if isinstance(page, str):
                return self.answer(200, page)
            self.stream(page)

        do_POST = do_GET

        def answer(self, status: int, page: str) -> None:
            self.start(status, {"Content-Length": str(len(page.encode()))})
            self.wfile.write(page.encode())

        def stream(self, pieces: Iterable[str]) -> None:
            try:
                self.start(200, {})
                for piece in pieces:
                    self.wfile.write(piece.encode())
            except ConnectionError as error:
                log.info("%s: the client has gone: %r", self.path, error)
            finally:
                getattr(pieces, "close", lambda: None)()

        def start(self, status: int, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "text/plain; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            log.info(format, *args)

    return RequestHandler
