// The chat server of the benchmark on Node's socket.io: PORT as the only argument.
import { Server } from "socket.io";

const io = new Server({ transports: ["websocket"], allowUpgrades: false });
io.on("connection", (socket) => socket.on("chat", (...args) => io.emit("chat", ...args)));
io.listen(Number(process.argv[2]));
