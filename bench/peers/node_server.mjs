// Node's socket.io on ws, with its defaults: PORT [tls=FILE] [deflate=1] [msgpack=1], as
// bench/servers/troupe_server.cpp has them.
import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server } from "socket.io";
import msgpackParser from "socket.io-msgpack-parser";
import { serve } from "./behaviour.mjs";

const given = Object.fromEntries(process.argv.slice(3).map((option) => option.split("=")));
const settings = { serveClient: false };
if (given.msgpack) settings.parser = msgpackParser;
if (given.deflate)
  settings.perMessageDeflate = { serverNoContextTakeover: true, clientNoContextTakeover: true };
const pem = given.tls && readFileSync(given.tls);
const http = pem ? createTlsServer({ key: pem, cert: pem }) : createPlainServer();

serve(new Server(http, settings));
http.listen(Number(process.argv[2]));
