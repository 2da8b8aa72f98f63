// uWebSockets' pub/sub, as Bun carries it, with just enough Engine.IO and Socket.IO by hand for
// `chat` and `echo`: PORT. One short callback of JavaScript a received message, the rest is C++.
const opening =
  '0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';

const server = Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response("", { status: 404 })),
  websocket: {
    open: (socket) => socket.send(opening),
    message(socket, text) {
      if (text.startsWith('42["chat"')) {
        server.publish("all", text);
      } else if (text.startsWith('42["echo"')) {
        socket.send(text);
      } else if (text === "40") {
        socket.subscribe("all");
        socket.send('40{"sid":"BBBBBBBBBBBBBBBBBBBB"}');
      } else if (text.startsWith("42")) {
        const list = text.indexOf('["echo",');
        socket.send(`43${text.slice(2, list)}[${text.slice(list + 8)}`);
      }
    },
  },
});
