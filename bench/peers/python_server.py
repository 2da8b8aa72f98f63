"""python-socketio on aiohttp, with its defaults: PORT."""

import sys

import socketio
from aiohttp import web

io = socketio.AsyncServer(async_mode="aiohttp")


@io.event
async def chat(_sid, value):
    await io.emit("chat", value)


@io.event
async def echo(_sid, value):  # Only as an ack: a handler is not told whether one is wanted.
    return value


@io.event
async def join(sid, rooms):
    for room in rooms:
        joined = io.enter_room(sid, room)
        if joined is not None:  # Since 5.9 it is a coroutine.
            await joined
    return True


@io.event
async def room(_sid, rooms, value):
    await io.emit("chat", value, room=rooms)


app = web.Application()
io.attach(app)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
