"""HTTP/1.1 for the sandbox: an own small server, because it must be able to drop a connection without an answer."""

from tallystick.sandbox.http.messages import DROP, Headers, Request, Response
from tallystick.sandbox.http.protocol import HttpServer

__all__ = ["DROP", "Headers", "HttpServer", "Request", "Response"]
