// Node's socket.io on ws, with its defaults: PORT.
import { Server } from "socket.io";
import { serve } from "./behaviour.mjs";

const io = new Server({ serveClient: false });
serve(io);
io.listen(Number(process.argv[2]));
