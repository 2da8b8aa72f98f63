#!/usr/bin/env python3
"""The load generator must notice what a server does wrong: a figure of a run in which a message was
lost, repeated, swapped or torn would be worth nothing. `bench_load.py PROGRAM` plays such servers.
"""

import asyncio
import json
import os
import sys

# What the generator's line on standard error must say about each fault; None: there is none.
FAULTS = {
    "none": None,
    "loses one": "an event is lost or out of order",
    "repeats one": "an event came twice or out of order",
    "swaps two": "an event is lost or out of order",
    "tears one": "an event is not whole",
    "ends a connection": "the server ended a connection",
    "tells everybody what is for a room": "an event reached somebody it is not for",
}
FAULTY_EVENT = 20
OPENING = ('0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":[],"pingInterval":25000,'
           '"pingTimeout":20000,"maxPayload":1000000}')


def frame(text):
    payload = text.encode()
    assert len(payload) < 126
    return bytes([0x81, len(payload)]) + payload


class Relay:
    """Enough of a server for the generator, with one fault at the FAULTY_EVENTth event."""

    def __init__(self, fault):
        self.fault = fault
        self.clients = []
        self.events = 0
        self.held = None

    async def serve(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame(OPENING))
        try:
            while True:
                head = await reader.readexactly(2)
                mask = await reader.readexactly(4)
                payload = await reader.readexactly(head[1] & 127)
                text = bytes(b ^ mask[i % 4] for i, b in enumerate(payload)).decode()
                self.receive(writer, text)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def receive(self, writer, text):
        if text == "40":
            self.clients.append(writer)
            writer.write(frame('40{"sid":"BBBBBBBBBBBBBBBBBBBB"}'))
        elif text.startswith('420["join"'):
            writer.write(frame("430[true]"))
        elif text.startswith('42["room"'):
            self.relay(f'42["chat","{json.loads(text[2:])[2]}"]')
        elif text.startswith('42["chat"'):
            self.relay(text)

    def relay(self, text):
        self.events += 1
        victim = self.clients[-1]
        for client in self.clients[:-1]:
            client.write(frame(text))
        if self.held is not None:
            victim.write(frame(text) + frame(self.held))
            self.held = None
        elif self.events != FAULTY_EVENT:
            victim.write(frame(text))
        elif self.fault == "repeats one":
            victim.write(frame(text) * 2)
        elif self.fault == "tears one":
            victim.write(frame(text[:-5] + text[-4:]))
        elif self.fault == "swaps two":
            self.held = text
        elif self.fault == "ends a connection":
            victim.close()
        elif self.fault != "loses one":
            victim.write(frame(text))


async def play(program, fault):
    """The generator's exit status and what it said."""
    relay = Relay(fault)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    rooms = ["rooms=4", "rooms_each=1"] if "room" in fault else []
    async with server:
        running = await asyncio.create_subprocess_exec(
            program, "fanout", f"port={server.sockets[0].getsockname()[1]}", f"pid={os.getpid()}",
            "clients=4", "under_way=4", "seconds=0.2", "bytes=32", *rooms,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, err = await asyncio.wait_for(running.communicate(), 60)
    return running.returncode, out.decode(), err.decode()


async def main():
    failed = False
    for fault, message in FAULTS.items():
        status, out, err = await play(sys.argv[1], fault)
        if message is None:
            fine = status == 0 and json.loads(out)["us_per_delivery"] > 0
        else:
            fine = status == 1 and message in err
        print(f"{'ok    ' if fine else 'FAILED'} a server that has this fault: {fault}")
        if not fine:
            print(f"       status {status}, said: {out} {err}")
        failed |= not fine
    return failed


sys.exit(asyncio.run(main()))
