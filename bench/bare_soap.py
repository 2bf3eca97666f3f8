"""The yardstick of SOAP: one bare Starlette POST route that parses the envelope with lxml and does nothing else."""

from __future__ import annotations

import sys

import uvicorn
from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def parse(request: Request) -> Response:
    """Parse the body, answer a short text."""
    etree.fromstring(await request.body())
    return PlainTextResponse("ok")


async def root(_request: Request) -> Response:
    """Tell that the server is there."""
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/lps", parse, methods=["POST"]), Route("/", root)])

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
