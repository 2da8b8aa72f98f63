// socket.io on Bun with the engine made for it: PORT.
import { Server as Engine } from "@socket.io/bun-engine";
import { Server } from "socket.io";
import { serve } from "./behaviour.mjs";

const io = new Server({ serveClient: false });
const engine = new Engine({ path: "/socket.io/" });
io.bind(engine);
serve(io);
Bun.serve({ port: Number(process.argv[2]), hostname: "127.0.0.1", ...engine.handler() });
