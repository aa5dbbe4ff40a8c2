"""A process for each request, after RFC 3875. The script gets its request by environment and standard input.

The gateway never ends a script, reaps each, and closes its standard input when it has ended: section 4.2
promises the script the length of what it may read, and no end of file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Gateway(BaseHTTPRequestHandler):
    script: list[str] = []
    keeps_errors = False
    """The script's stderr is a pipe, read when the script has ended; otherwise it is the gateway's own."""
    leaves_with_client = False
    """When the client has gone, the script's output is not read any more and stays open; otherwise it is closed."""

    def do_GET(self) -> None:
        if self.path == "/health":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        errors = subprocess.PIPE if self.keeps_errors else None
        env = {**os.environ, **self.variables(body)}
        child = subprocess.Popen(self.script, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        assert child.stdin and child.stdout
        child.stdin.write(body)
        child.stdin.flush()
        try:
            self.relay(child.stdout)
        except ConnectionError as error:
            self.log_message("%s: the client has gone: %r", self.path, error)
            if not self.leaves_with_client:
                child.stdout.close()
        child.wait()
        if child.stderr:
            sys.stderr.write(child.stderr.read().decode())
            child.stderr.close()
        child.stdin.close()
        child.stdout.close()

    do_POST = do_GET

    def relay(self, output) -> None:
        """A script's head ends with an empty line; its Status field is the answer's."""
        fields = []
        while (line := output.readline()) != b"\n":
            if not line:
                return self.send_error(502, "the script ended without an answer")
            fields.append(line.decode().rstrip().split(": ", 1))
        self.send_response(int(dict(fields).get("Status", "200").split()[0]))
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        while piece := output.read1(65536):
            self.wfile.write(piece)

    def variables(self, body: bytes) -> dict[str, str]:
        url = urlsplit(self.path)
        return {
            "GATEWAY_INTERFACE": "CGI/1.1",
            "SERVER_PROTOCOL": "HTTP/1.0",
            "SERVER_SOFTWARE": "zoo",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": os.environ["PORT"],
            "REMOTE_ADDR": self.client_address[0],
            "REQUEST_METHOD": self.command,
            "REQUEST_URI": self.path,
            "SCRIPT_NAME": "",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_LENGTH": str(len(body)) if body else "",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
        }


class Server(ThreadingHTTPServer):
    request_queue_size = 64


def serve_cgi(script: str, *, keeps_errors: bool = False, leaves_with_client: bool = False) -> None:
    """Serves on PORT by running a Python program for each request but /health."""
    class Configured(Gateway):
        pass

    Configured.script = [sys.executable, script]
    Configured.keeps_errors = keeps_errors
    Configured.leaves_with_client = leaves_with_client
    Server(("127.0.0.1", int(os.environ["PORT"])), Configured).serve_forever()
