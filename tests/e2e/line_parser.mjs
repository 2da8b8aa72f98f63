// A parser of one's own for socket.io and socket.io-client: each packet is a text of lines, its
// type, namespace, ack id and payload. e2e_protocol.cpp has the same for our server.

import { EventEmitter } from "node:events";

export const protocol = 5;

export class Encoder {
  encode({ type, nsp, id, data }) {
    return [[type, nsp, id ?? "", data === undefined ? "" : JSON.stringify(data)].join("\n")];
  }
}

export class Decoder extends EventEmitter {
  add(text) {
    const [type, nsp, id, ...rest] = text.split("\n");
    const payload = rest.join("\n");
    this.emit("decoded", {
      type: Number(type),
      nsp,
      ...(id && { id: Number(id) }),
      data: payload ? JSON.parse(payload) : undefined,
    });
  }
  off(...args) {  // component-emitter's, which the client calls with fewer arguments
    return args.length > 1 ? super.off(...args) : this.removeAllListeners(...args);
  }
  destroy() {}
}
