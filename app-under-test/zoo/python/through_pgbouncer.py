"""H12: a connection for each request, through a pgbouncer that renews its own all the time.

Sessions on the server are always new and never many; their owner is pgbouncer, and its port is not the
application's.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2

from catalogue import item_of, list_items
from serve import serve

server = urlsplit(os.environ["DATABASE_URL"])

CONFIG = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 6
min_pool_size = 4
server_lifetime = 2
server_check_query =
"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_pgbouncer() -> tuple[int, subprocess.Popen, str]:
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        sys.exit("pgbouncer is not installed: see the package of that name.")
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".ini", delete=False) as config:
        config.write(
            CONFIG.format(
                name=server.path[1:],
                host=server.hostname,
                port=server.port,
                user=server.username,
                password=server.password,
                own_port=port,
            )
        )
    # It refuses to run as root.
    as_nobody = ["--user", "nobody"] if os.geteuid() == 0 else []
    return port, subprocess.Popen([program, "--quiet", *as_nobody, config.name]), config.name


port, bouncer, config_file = start_pgbouncer()


def end(*_: object) -> None:
    bouncer.terminate()
    bouncer.wait()
    sys.exit(0)


signal.signal(signal.SIGTERM, end)


def connect():
    name = server.path[1:]
    return psycopg2.connect(host="127.0.0.1", port=port, dbname=name, user=server.username, connect_timeout=3)


def items(query) -> str:
    with closing(connect()) as db, db:
        return list_items(db, query["page"])


def item(query) -> str:
    with closing(connect()) as db, db:
        return item_of(db, query["id"])


def wait_for_pgbouncer() -> None:
    for _ in range(50):
        try:
            return connect().close()
        except psycopg2.OperationalError:
            if bouncer.poll() is not None:
                sys.exit(f"pgbouncer ended with exit code {bouncer.returncode}")
            time.sleep(0.1)
    sys.exit("pgbouncer did not answer within 5 s")


wait_for_pgbouncer()
os.unlink(config_file)  # it holds the password
serve({"/items": items, "/item": item})
