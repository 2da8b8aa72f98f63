// Namespace /values, as e2e_values.cpp serves it. Its shapes are not checked here.
//   walk(from, step, ack)   ack({at: from + step.by, heading: step.towards or "north", track})
//   sum(bytes, ack)         ack(the sum of the bytes)
//   double(stock, ack)      ack(the same with the first number of each entry doubled)
//   extend(object, ack)     ack(the object with the number of its keys as `size`)
//   either(x, ack)          ack(0 for a boolean, 1 for a string, 2 for an array)
//   ask-where()             emit "where" ("several") with an ack (at, name); then "there" ("ok", at, name)
//   ask-one()               emit "where" ("one") with an ack (at); then "there" ("ok", at)
//   relay(x)                emit "relay" with x

export function serveValues(io) {
  io.of("/values").on("connection", (socket) => {
    socket.on("walk", (from, step, ack) => ack({
      at: { x: from.x + step.by.x, y: from.y + step.by.y },
      heading: step.towards ?? "north",
      track: step.track,
    }));
    socket.on("sum", (bytes, ack) => ack([...bytes].reduce((a, b) => a + b, 0)));
    socket.on("double", (stock, ack) => ack(Object.fromEntries(
      Object.entries(stock).map(([name, [count, size]]) => [name, [2 * count, size]]))));
    socket.on("extend", (object, ack) => ack({ ...object, size: Object.keys(object).length }));
    socket.on("either", (x, ack) => ack(["boolean", "string", "object"].indexOf(typeof x)));
    socket.on("ask-where", () => socket.emit("where", "several", (at, name) =>
      socket.emit("there", "ok", at, name ?? null)));
    socket.on("ask-one", () => socket.emit("where", "one", (at) => socket.emit("there", "ok", at)));
    socket.on("relay", (x) => socket.emit("relay", x));
  });
}
