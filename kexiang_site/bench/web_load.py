"""The load: ``python -m kexiang_site.bench.web_load`` in a process of its own.

Reads one JSON object from standard input (port, seconds, connections, requests: [path,
text that the answer must hold]) and prints one with the times in milliseconds and the errors.
Raw HTTP/1.1 over kept connections, so that the generator leaves the cores to the server.
"""

import asyncio
import json
import random
import sys
import time
from typing import Any


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
) -> tuple[int, bytes]:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode("ascii"))
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return status, await reader.readexactly(int(line[15:]))
    return status, await _chunks(reader)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def _visitor(task: dict[str, Any], seed: int, end: float, out: dict[str, Any]) -> None:
    choose = random.Random(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", task["port"])
    while time.perf_counter() < end:
        path, expected = choose.choice(task["requests"])
        began = time.perf_counter()
        try:
            status, body = await _ask(reader, writer, path)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            out["errors"].append(f"{path}: {error!r}")
            reader, writer = await asyncio.open_connection("127.0.0.1", task["port"])
            continue
        out["ms"].append((time.perf_counter() - began) * 1000)
        if status != 200 or expected.encode() not in body:
            out["errors"].append(f"{path}: {status}, {len(body)} bytes")
    writer.close()


async def _load(task: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"ms": [], "errors": []}
    end = time.perf_counter() + task["seconds"]
    await asyncio.gather(*(_visitor(task, n, end, out) for n in range(task["connections"])))
    return out


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_load(json.load(sys.stdin)))))
