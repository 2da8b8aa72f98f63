"""Debian's python3-socketio against the server at the URL given; prints one line a case, as TAP.

Its releases differ in what they can do, so only what both have is used: the synchronous client.
"""

import queue
import sys
import traceback

import socketio

URL = sys.argv[1]
SECONDS = float(sys.argv[2])
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}


def in_order(engine):
    """The library handles each message in a thread of its own, so a packet and what is attached to
    it may change places; here they are handled where they are read."""
    trigger = engine._trigger_event
    engine._trigger_event = lambda event, *args, run_async=False: trigger(
        event, *args, run_async=run_async and event != "message")


class peer:
    def __init__(self, transports, namespaces=("/",), auth=None, refused=False):
        self.client = socketio.Client(reconnection=False)
        in_order(self.client.eio)
        self.events = queue.Queue()
        for namespace in namespaces:
            for event in ("auth", "message-back", "chat", "answer", "left", "connect_error"):
                self.client.on(event, self.put(event, namespace), namespace=namespace)
            self.client.on("question", lambda *args: (*args, "yes"), namespace=namespace)
            self.client.on("disconnect", self.put("disconnect", namespace), namespace=namespace)
        # A refusal would be waited out.
        self.client.connect(URL, transports=list(transports), namespaces=list(namespaces), auth=auth,
                            wait=not refused, wait_timeout=SECONDS)

    def put(self, event, namespace):
        return lambda *args: self.events.put((event, namespace, list(args)))

    def wait(self, event, namespace="/", accept=lambda args: True):
        while True:
            got = self.events.get(timeout=SECONDS)
            if got[:2] == (event, namespace) and accept(got[2]):
                return got[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.disconnect()


def connects(transports):
    with peer(transports, auth={"token": "ž"}) as one:
        assert one.wait("auth") == [{"token": "ž"}]
        assert one.client.transport() == list(transports)[-1], one.client.transport()


def echoes(transports):
    with peer(transports) as one:
        for args in ([1, "☂", None, {"a": [True, 1.5]}], ["x" * 70000], [b"\x00\xff", {"b": b"1"}]):
            one.client.emit("message", tuple(args))
            assert one.wait("message-back") == args


def acknowledges(transports):
    with peer(transports) as one:
        for arg in ("text", b"binary", {"nested": [b"1", "2"]}):
            assert one.client.call("message-with-ack", arg, timeout=SECONDS) == arg


def answers(transports):
    with peer(transports) as one:
        one.client.emit("ask", "why")
        assert one.wait("answer") == ["why", "yes"]


def chats(transports):
    with peer(transports) as one, peer(transports) as two:
        one.client.emit("chat", ("hello", b"\x01"))
        for who in (one, two):
            assert who.wait("chat") == ["hello", b"\x01"]


def uses_namespaces(transports):
    with peer(transports, ("/", "/custom")) as one:
        for namespace in ("/custom", "/"):
            one.client.emit("message", namespace, namespace=namespace)
            assert one.wait("message-back", namespace) == [namespace]
        assert one.client.get_sid("/") != one.client.get_sid("/custom")


def is_refused(transports):
    with peer(transports, ("/refused",), auth={"token": "wrong"}, refused=True) as one:
        refusal = one.wait("connect_error", "/refused")
        assert refusal == [{"message": "not authorized", "data": {"code": 7}}], refusal
        assert not one.client.connected or "/refused" not in one.client.namespaces
    with peer(transports, ("/refused",), auth={"token": "secret"}):
        pass


def leaves(transports):
    with peer(transports) as one:
        with peer(transports) as two:
            gone = two.client.get_sid("/")
        reason = one.wait("left", accept=lambda args: args[0] == gone)[1]
        assert reason in ("client namespace disconnect", "transport close", "ping timeout"), reason


def is_sent_away(transports):
    with peer(transports) as one:
        one.client.emit("bye")
        one.wait("disconnect")


CASES = [connects, echoes, acknowledges, answers, chats, uses_namespaces, is_refused, leaves,
         is_sent_away]


def main():
    for name, transports in TRANSPORTS.items():
        for case in CASES:
            try:
                case(transports)
                print(f"ok {name} {case.__name__}", flush=True)
            except Exception:
                print(f"not ok {name} {case.__name__}", flush=True)
                traceback.print_exc()


main()
