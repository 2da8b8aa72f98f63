// A process full of light clients for churn.mjs: bare WebSockets in namespace /quiet that check the
// numbers they hear. Stable ones must hear every number in order; the others are killed and come
// back at random, and must hear theirs in order within each life.

import WebSocket from "ws";

const hello = "40/quiet,";
const welcome = "40/quiet,{";
const chat = '42/quiet,["chat",';

let url;
let isRunning = false;
let kills = 0;
const stable = [];
const restless = new Set();
const faults = [];
const latencies = [];

const fault = (text) => { if (faults.length < 20) faults.push(text); };

class Client {
  /** Resolves when the namespace has taken it in. */
  constructor() {
    this.next = undefined;
    this.last = -1;
    this.isLeaving = false;
    this.joined = new Promise((resolve, reject) => {
      this.socket = new WebSocket(`${url}/socket.io/?EIO=4&transport=websocket`,
        { perMessageDeflate: false });
      this.socket.on("open", () => this.socket.send(hello));
      this.socket.on("error", (error) => { if (!this.isLeaving) reject(error); });
      this.socket.on("message", (data) => this.hear(data.toString("latin1"), resolve));
    });
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    this.closed.then((code) => this.isLeaving || fault(`a client was closed with ${code}`));
  }

  hear(text, resolve) {
    if (text === "2") this.socket.send("3");
    else if (text.startsWith(welcome)) resolve(this);
    else if (text.startsWith(chat)) this.check(text);
    else if (!text.startsWith("0")) fault(`unexpected: ${text.slice(0, 60)}`);
  }

  check(text) {
    const [number, sentAt] = JSON.parse(`[${text.slice(chat.length)}`);
    const isWrong = this.next === undefined ? number <= this.last : number !== this.next;
    if (isWrong) fault(`heard ${number} after ${this.last}`);
    if (number % 7 === 0) latencies.push(Date.now() - sentAt);
    this.last = number;
    this.next = number + 1;
  }

  leave(how) {
    this.isLeaving = true;
    if (how < 0.4) this.socket.terminate();
    else if (how < 0.7) this.socket._socket?.resetAndDestroy() ?? this.socket.terminate();
    else this.socket.close();
    return this.closed;
  }
}

async function connect(count) {
  const batch = 50;
  for (let done = 0; done < count; done += batch) {
    const some = [...Array(Math.min(batch, count - done))].map(() => new Client());
    stable.push(...await Promise.all(some.map((client) => client.joined)));
  }
}

async function beRestless() {
  while (isRunning) {
    try {
      const client = new Client();
      restless.add(client);
      const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.random() * ms));
      if (Math.random() < 0.9) await client.joined;
      else client.joined.catch(() => {});  // Killed before it is in.
      await pause(2000);
      await client.leave(Math.random());
      restless.delete(client);
      ++kills;
      await pause(1000);
    } catch (error) {
      fault(`a client could not come back: ${error.message}`);
    }
  }
}

async function until(test, ms) {
  const deadline = Date.now() + ms;
  while (!test() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
}

const restlessLives = [];
const steps = {
  async connect({ server, count }) {
    url = server;
    await connect(count);
  },
  start({ count }) {
    for (const client of stable) client.next = 0;  // From here on every number counts.
    isRunning = true;
    for (let i = 0; i < count; ++i) restlessLives.push(beRestless());
  },
  async finish({ total, ms }) {
    isRunning = false;
    await Promise.all(restlessLives.splice(0));
    await until(() => stable.every((client) => client.next === total), ms);
    const behind = stable.filter((client) => client.next !== total).length;
    latencies.sort((a, b) => a - b);
    const at = (share) => latencies[Math.floor(share * (latencies.length - 1))];
    return { behind, kills, faults, median: at(0.5), p99: at(0.99), longest: at(1) };
  },
  async leave() {
    await Promise.all(stable.splice(0).map((client, i) => client.leave((i % 10) / 10)));
  },
};

process.on("message", async ({ step, ...args }) => {
  try {
    process.send({ step, result: await steps[step](args) });
  } catch (error) {
    process.send({ step, error: String(error.stack) });
  }
});
process.on("disconnect", () => process.exit());
