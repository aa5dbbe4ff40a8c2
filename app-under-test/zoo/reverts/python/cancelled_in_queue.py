"""Reports come from a pool of their own that keeps no session ready: who wants one waits until it is open, and not longer than it has time."""

from __future__ import annotations

import asyncio
import os

from psycopg_pool import AsyncConnectionPool

from serve import serve

URL = os.environ["DATABASE_URL"]


async def set_up(_) -> None:
    """What is done with each new session takes longer than its impatient client has time."""
    await asyncio.sleep(0.05)


async def main() -> None:
    # The pool opens one session after another, and closes one idle session each max_idle.
    async with AsyncConnectionPool(URL, min_size=4, max_size=10) as parcels, AsyncConnectionPool(URL, min_size=0, max_size=8, max_idle=0.1, timeout=2, configure=set_up) as reports:

        async def parcel(query) -> str:
            async with parcels.connection() as db:
                cursor = await db.execute("SELECT city, grams FROM parcel WHERE id = %s", (int(query["n"]) % 999 + 1,))
                city, grams = await cursor.fetchone()
                return f"to {city}: {grams} g, in its depot"

        async def scan(query) -> str:
            id = int(query["n"]) % 999 + 1
            async with parcels.connection() as db:
                await db.execute("INSERT INTO scan (parcel, place) VALUES (%s, %s)", (id, "gate 3"))
                cursor = await db.execute("SELECT count(*) FROM scan WHERE parcel = %s", (id,))
                (scans,) = await cursor.fetchone()
                return f"scanned parcel {id}, {scans} times by now"

        async def report(query) -> str:
            async def read() -> str:
                async with reports.connection() as db:
                    cursor = await db.execute("SELECT count(*), sum(grams) FROM parcel")
                    return "%s parcels of %s g" % await cursor.fetchone()

            # The leak: until 3.1.7 who was cancelled in the queue kept its place there, and was given the next connection.
            return await asyncio.wait_for(read(), float(query.get("within", 10)))

        async def place(query) -> str:
            async with reports.connection() as db:
                await db.execute("SELECT pg_sleep(1)")
                return "had a place"

        await serve({"/parcel": parcel, "/scan": scan, "/report": report, "/places": place})


asyncio.run(main())
