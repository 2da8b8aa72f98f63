import { io } from "socket.io-client-4.1";
import { describeCore } from "./core.mjs";

describeCore(io, "socket.io-client 4.1");
