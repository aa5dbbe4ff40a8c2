"""An HTTP server for programs of one page over asyncio: one task a request, 504 for a time-out, 500 for another exception."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

Handler = Callable[[Mapping[str, str]], Awaitable[str]]

log = logging.getLogger("zoo")


async def serve(routes: Mapping[str, Handler]) -> None:
    """Serves on PORT until it is ended. A handler gets the query and gives the page; /health needs none."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            status, page = await answer(routes, head.split(" ", 2)[1])
            body = page.encode()
            writer.write(f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            log.info("the client has gone: %r", error)
        finally:
            writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


async def answer(routes: Mapping[str, Handler], path: str) -> tuple[str, str]:
    url = urlsplit(path)
    handler = routes.get(url.path)
    if url.path == "/health":
        return "200 OK", "ok"
    if handler is None:
        return "404 Not Found", "no such page"
    try:
        return "200 OK", await handler(dict(parse_qsl(url.query)))
    except asyncio.TimeoutError:
        return "504 Gateway Timeout", "not in time"
    except Exception as error:
        log.exception("%s failed", path)
        return "500 Internal Server Error", f"failed: {type(error).__name__}"
