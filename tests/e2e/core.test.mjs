import { io } from "socket.io-client";
import { describeCore } from "./core.mjs";

describeCore(io, "socket.io-client 4.8");
