"""The yardstick: one bare FastAPI route under uvicorn, with what the sandbox itself runs on."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.get("/")
async def root() -> PlainTextResponse:
    """Answer a short text."""
    return PlainTextResponse("ok")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
