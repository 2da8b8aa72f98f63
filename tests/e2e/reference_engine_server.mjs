// The oracle of the tests of Engine.IO's HTTP side: what engine_server.cpp does, on Node's
// socket.io. Options: --port N, --host H, --scenario NAME. Prints "listening on http://HOST:PORT";
// ends with 0 on SIGTERM.

import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
    scenario: { type: "string", default: "plain" },
  },
});

const subdomains = /\.b\.example$/;

/** By name: `configure`, the options; `prepare(io)`, what is registered before it starts. */
const scenarios = {
  plain: {},
  "cors-any": { configure: { cors: {} } },
  "cors-none": { configure: { cors: { origin: false } } },
  "cors-one": { configure: { cors: { origin: "http://a.example" } } },
  "cors-list": { configure: { cors: { origin: ["http://a.example", subdomains] } } },
  "cors-pattern": { configure: { cors: { origin: subdomains } } },
  "cors-function": {
    configure: { cors: { origin: (origin, done) => done(null, /^http:\/\/good\./.test(origin)) } },
  },
  "cors-true": {
    configure: {
      cors: {
        origin: true, methods: ["GET", "POST"], allowedHeaders: "X-Token",
        exposedHeaders: "X-Mine", credentials: true, maxAge: 60, optionsSuccessStatus: 200,
      },
    },
  },
  "cors-continue": { configure: { cors: { origin: "http://a.example", preflightContinue: true } } },
};

Object.assign(scenarios, {
  cookie: { configure: { cookie: true } },
  "cookie-full": {
    configure: {
      cookie: {
        name: "lb", path: "/chat", httpOnly: false, sameSite: "none", domain: "example.org",
        maxAge: 3600, expires: new Date(784111777000), secure: true,
      },
    },
  },
  "cookie-bare": { configure: { cookie: { path: "", httpOnly: false, sameSite: undefined } } },
  initial: { configure: { initialPacket: 'hello "you"' } },
  "no-slash": { configure: { addTrailingSlash: false } },
  "no-compression": { configure: { httpCompression: false } },
  "compress-all": { configure: { httpCompression: { threshold: 0 } } },
});

const parameter = (request, name) => new URL(request.url, "http://x").searchParams.get(name);
const later = (work) => setTimeout(work, 20);

scenarios.allow = {
  configure: {
    allowRequest(request, done) {
      const verdict = parameter(request, "verdict");
      if (verdict === "no") done(null, false);
      if (verdict === "because") done('Not "you"', false);
      if (!verdict || verdict === "yes" || verdict === "both") done(null, true);
      if (verdict === "later") later(() => done(null, true));
      if (verdict === "later-no") later(() => done(null, false));
    },
  },
};

const seen = [];
scenarios.middleware = {
  prepare(io) {
    io.engine.use((request, response, next) => {
      seen.push(`first ${parameter(request, "transport")}`);
      response.setHeader("X-Order", "first");
      const what = parameter(request, "mw");
      const end = () => {
        response.statusCode = 401;
        response.end("who are you?");
      };
      if (what === "end") return end();
      if (what === "fail") return next(new Error("no"));
      if (what === "later") return later(next);
      if (what === "later-end") return later(end);
      next();
      if (what === "twice") next();
    });
    io.engine.use((request, response, next) => {
      seen.push(`second ${parameter(request, "transport")}`);
      response.setHeader("X-Order", `${response.getHeader("X-Order")}, second`);
      next();
    });
    io.on("connection", (socket) => socket.on("seen", (ack) => ack(seen.splice(0))));
  },
};

const described = ({ user }) => (user ? `${user.name}: ${user.passed}` : "nobody");
scenarios.context = {
  configure: {
    allowRequest(request, done) {
      const { user } = request;
      if (user?.name === "banned") return done("banned", false);
      if (user && user.name !== "kept") user.passed += ", admitted";
      done(null, true);
    },
  },
  prepare(io) {
    io.engine.use((request, response, next) => {
      const name = parameter(request, "who");
      if (!name) return next();
      request.user = { name, passed: parameter(request, "transport") };
      name === "later" ? later(next) : next();
    });
    io.engine.use((request, response, next) => {
      if (request.user) request.user.passed += ", marked";
      next();
    });
    io.of("/members").use((socket, next) =>
      next(socket.request.user ? undefined : new Error("members only")));
    for (const nsp of [io, io.of("/members")]) {
      nsp.on("connection", (socket) => {
        socket.on("who", (ack) => ack(described(socket.request)));
        socket.on("who-conn", (ack) => ack(described(socket.conn.request)));
      });
    }
  },
};

scenarios["allow-deadline"] = scenarios.allow;  // It has none.
scenarios["middleware-deadline"] = scenarios.middleware;

const errors = [];
const asText = (context) =>
  Object.fromEntries(Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]));
scenarios.events = {
  configure: {
    allowRequest: (request, done) =>
      (parameter(request, "verdict") === "because" ? done("Not you", false) : done(null, true)),
  },
  prepare(io) {
    io.engine.on("connection_error", ({ code, message, context }) =>
      errors.push({ code, message, context: asText(context) }));
    io.engine.on("initial_headers", (headers) => { headers["X-Initial"] = "1"; });
    io.engine.on("headers", (headers) => { headers["X-Each"] = "1"; });
    io.on("connection", (socket) => {
      socket.on("errors", (ack) => ack(errors.splice(0)));
      socket.on("clients-count", (ack) => ack(io.engine.clientsCount));
    });
  },
};

const idOf = (request) => {
  const id = parameter(request, "id");
  if (id === "fail") throw new Error("no");
  return id;
};
scenarios.ids = { prepare(io) { io.engine.generateId = idOf; } };
scenarios["ids-later"] = {
  prepare(io) {
    io.engine.generateId = (request) => new Promise((resolve, reject) => later(() => {
      try { resolve(idOf(request)); } catch (error) { reject(error); }
    }));
  },
};

const logs = {};
scenarios.sessions = {
  configure: { pingInterval: 200 },
  prepare(io) {
    io.engine.on("connection", (conn) => {
      const log = logs[conn.id] = [`open ${conn.transport.name} ${conn.remoteAddress !== ""}`];
      conn.on("upgrade", () => log.push(`upgrade ${conn.transport.name}`));
      conn.on("packet", ({ type, data }) => log.push(`packet ${type} ${data ?? ""}`));
      conn.on("packetCreate", ({ type, data }) => log.push(`create ${type} ${data ?? ""}`));
      conn.on("drain", () => log.push("drain"));
      conn.on("heartbeat", () => log.push("heartbeat"));
      conn.on("close", (reason) => log.push(`close ${reason}`));
    });
    io.on("connection", (socket) => {
      socket.on("log", (id, ack) => ack(logs[id]));
      socket.on("transport", (ack) => ack(socket.conn.transport.name));
      socket.on("close-conn", () => socket.conn.close());
    });
  },
};

const { configure = {}, prepare = () => {} } = scenarios[options.scenario];
const http = createServer((_, response) => response.writeHead(404).end());
const io = new Server(http, configure);
prepare(io);
io.on("connection", (socket) => {
  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("as-it-is", (...args) => socket.compress(false).emit("message-back", ...args));
});

process.on("SIGTERM", () => io.close(() => process.exit(0)));
http.listen(Number(options.port), options.host, () =>
  console.log(`listening on http://${options.host}:${http.address().port}`));
