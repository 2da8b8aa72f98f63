#!/usr/bin/env python3
"""The load generator must notice what a server does wrong: a figure of a run in which a message was
lost, repeated, swapped or torn would be worth nothing. `bench_load.py PROGRAM` plays such servers.
"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

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
# In other ways to carry an event the same must be seen, and what can only go wrong there.
CARRIED = ("none", "loses one", "swaps two", "tears one")
MODES = {
    "tls": {},
    "deflate": {
        "compresses nothing": "a message is not compressed",
        "does not agree to compress": "does not agree to compress each message by itself",
        "garbles one": "a message cannot be decompressed",
    },
    "msgpack": {"sends JSON": "a packet is not what was sent"},
    "recovery": {"has no offsets": "an event is not whole"},
}
FAULTY_EVENT = 20
OPENING = (b'0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":[],"pingInterval":25000,'
           b'"pingTimeout":20000,"maxPayload":1000000}')
CONNECTED = b'40{"sid":"BBBBBBBBBBBBBBBBBBBB"}'
CONNECTED_IN_MSGPACK = b"\x83\xa4type\x00\xa4data\x81\xa3sid\xa1B\xa3nsp\xa1/"


def frame(payload, first=0x81):
    if len(payload) < 126:
        return bytes([first, len(payload)]) + payload
    return bytes([first, 126]) + len(payload).to_bytes(2, "big") + payload


def compressed(payload):
    state = zlib.compressobj(wbits=-15)
    return (state.compress(payload) + state.flush(zlib.Z_SYNC_FLUSH))[:-4]


class Relay:
    """Enough of a server for the generator, with one fault at the FAULTY_EVENTth event."""

    def __init__(self, mode, fault):
        self.mode = mode
        self.fault = fault
        self.clients = []
        self.events = 0
        self.held = None

    async def serve(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        extension = b""
        if self.mode == "deflate" and self.fault != "does not agree to compress":
            extension = (b"Sec-WebSocket-Extensions: permessage-deflate; "
                         b"server_no_context_takeover; client_no_context_takeover\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n" + extension + b"\r\n" +
                     frame(OPENING))
        try:
            while True:
                self.receive(writer, await self.message(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def message(self, reader):
        head = await reader.readexactly(2)
        length = head[1] & 127
        if length == 126:
            length = int.from_bytes(await reader.readexactly(2), "big")
        mask = await reader.readexactly(4)
        payload = await reader.readexactly(length)
        return bytes(b ^ mask[i % 4] for i, b in enumerate(payload))

    def receive(self, writer, message):
        if message == b"40" or message.startswith(b"\x82\xa4type\x00"):
            self.clients.append(writer)
            writer.write(frame(CONNECTED) if message == b"40" else
                         frame(CONNECTED_IN_MSGPACK, 0x82))
        elif message.startswith(b'420["join"'):
            writer.write(frame(b"430[true]"))
        elif message.startswith(b'42["room"'):
            self.relay(f'42["chat","{json.loads(message[2:])[2]}"]'.encode())
        elif message.startswith((b'42["chat"', b"\x83\xa4type\x02")):
            self.relay(message)

    def carried(self, message):
        """The frame of an event, as it looks in this mode."""
        if self.mode == "recovery" and self.fault != "has no offsets":
            message = message[:-1] + b',"0.1"]'
        if self.mode == "msgpack":
            if self.fault == "sends JSON":
                return frame(b'42["chat","0000000000"]')
            return frame(message, 0x82)
        if self.mode != "deflate" or self.fault == "compresses nothing":
            return frame(message)
        garbled = self.fault == "garbles one" and self.events == FAULTY_EVENT
        return frame(b"\xff" * 20 if garbled else compressed(message), 0xC1)

    def torn(self, message):
        """A byte less than it was, from the text's filling."""
        middle = len(message) // 2
        return message[:middle] + message[middle + 1:]

    def relay(self, message):
        self.events += 1
        victim = self.clients[-1]
        whole = self.carried(message)
        for client in self.clients[:-1]:
            client.write(whole)
        if self.held is not None:
            victim.write(whole + self.held)
            self.held = None
        elif self.events != FAULTY_EVENT:
            victim.write(whole)
        elif self.fault == "repeats one":
            victim.write(whole * 2)
        elif self.fault == "tears one":
            victim.write(self.carried(self.torn(message)))
        elif self.fault == "swaps two":
            self.held = whole
        elif self.fault == "ends a connection":
            victim.close()
        elif self.fault != "loses one":
            victim.write(whole)


async def play(program, mode, fault, secured):
    """The generator's exit status and what it said."""
    relay = Relay(mode, fault)
    settings = ["bytes=1200" if mode == "deflate" else "bytes=32"]
    if mode:
        settings.append(f"{mode}=1")
    if "room" in fault:
        settings += ["rooms=4", "rooms_each=1"]
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0,
                                        ssl=secured if mode == "tls" else None)
    async with server:
        running = await asyncio.create_subprocess_exec(
            program, "fanout", f"port={server.sockets[0].getsockname()[1]}", f"pid={os.getpid()}",
            "clients=4", "under_way=4", "seconds=0.2", *settings,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, err = await asyncio.wait_for(running.communicate(), 60)
    return running.returncode, out.decode(), err.decode()


def server_context():
    """TLS with a certificate of our own making."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                        certificate, "-days", "2", "-subj", "/CN=localhost"],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context


async def main():
    failed = False
    secured = server_context()
    cases = [("", fault, message) for fault, message in FAULTS.items()]
    for mode, own in MODES.items():
        cases += [(mode, fault, FAULTS[fault]) for fault in CARRIED]
        cases += [(mode, fault, message) for fault, message in own.items()]
    for mode, fault, message in cases:
        status, out, err = await play(sys.argv[1], mode, fault, secured)
        if message is None:
            fine = status == 0 and json.loads(out)["us_per_delivery"] > 0
        else:
            fine = status == 1 and message in err
        way = f" ({mode})" if mode else ""
        print(f"{'ok    ' if fine else 'FAILED'} a server that has this fault: {fault}{way}")
        if not fine:
            print(f"       status {status}, said: {out} {err}")
        failed |= not fine
    return failed


sys.exit(asyncio.run(main()))
