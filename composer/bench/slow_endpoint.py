"""A chat API on loopback that takes its time for every reply, in a process of its own, as a real one would be.

Within the process that asks it would take part of the time that is measured. It takes nothing but the standard
library, and serves until its input ends:

    python composer/bench/slow_endpoint.py SECONDS
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial


@contextmanager
def slow_endpoint(seconds: float) -> Iterator[str]:
    """Serve the chat API, each reply after so many seconds; gives its address."""
    command = [sys.executable, "-P", __file__, str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not (port := process.stdout.readline().strip()):
                raise RuntimeError("the endpoint did not start")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


async def _serve(seconds: float) -> None:
    server = await asyncio.start_server(partial(_replies, seconds), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # ends with the process that started this one
    server.close()


async def _replies(seconds: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "positive"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    whole = {"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}
    body = json.dumps(whole).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    try:
        while True:
            asked = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(asked.split(b"content-length:")[1].split(b"\r\n")[0]))
            await asyncio.sleep(seconds)
            writer.write(head + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        writer.close()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
