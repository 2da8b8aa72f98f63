// The guide names every member of Socket.IO's server API: docs/members.md is held against the
// declarations of the version that is installed here, and against our headers.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, it } from "node:test";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/members.md"), "utf8");

const dist = dirname(require.resolve("socket.io"));
const below = createRequire(require.resolve("socket.io"));
const engine = dirname(below.resolve("engine.io"));

/** The rows below the heading `title`: what the first cell names, in backticks, and the second. */
function rowsOf(title) {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${title}\n`));
  assert.ok(section, `no section ${title}`);
  const rows = new Map();
  for (const line of section.split("\n").filter((one) => one.startsWith("| `"))) {
    const [, theirs, ours] = line.split("|");
    for (const [, name] of theirs.matchAll(/`([^`]+)`/g)) rows.set(name, ours);
  }
  return rows;
}

/** The body of the class or interface `name` in a file of declarations. */
function bodyOf(file, name) {
  const text = readFileSync(file, "utf8").replace(/\/\*[^]*?\*\//g, "");
  const found = new RegExp(`(?:class|interface) ${name}\\b[^]*?\\{\\n([^]*?)^\\}`, "m").exec(text);
  assert.ok(found, `${name} in ${file}`);
  return found[1];
}

/** What its user sees of it. */
function membersOf(file, name) {
  const names = new Set();
  for (const line of bodyOf(file, name).split("\n")) {
    const [, member] =
      /^ {4}(?:readonly |static |abstract |get |set )*([a-zA-Z]\w*)[?]?\s*[(<:]/.exec(line) ?? [];
    if (member && !["constructor", "private", "protected"].includes(member)) names.add(member);
  }
  assert.ok(names.size > 0, `members of ${name}`);
  return [...names];
}

const declared = {
  "Server": [[join(dist, "index.d.ts"), "Server"]],
  "Namespace": [[join(dist, "namespace.d.ts"), "Namespace"]],
  "Socket": [[join(dist, "socket.d.ts"), "Socket"]],
  "Handshake": [[join(dist, "socket-types.d.ts"), "Handshake"]],
  "Events": [
    [join(dist, "namespace.d.ts"), "NamespaceReservedEventsMap"],
    [join(dist, "namespace.d.ts"), "ServerReservedEventsMap"],
    [join(dist, "socket-types.d.ts"), "SocketReservedEventsMap"],
  ],
  "BroadcastOperator": [[join(dist, "broadcast-operator.d.ts"), "BroadcastOperator"]],
  "RemoteSocket": [[join(dist, "broadcast-operator.d.ts"), "RemoteSocket"]],
  "Engine": [
    [join(engine, "server.d.ts"), "BaseServer"], [join(engine, "server.d.ts"), "Server"],
  ],
  "Engine's socket": [[join(engine, "socket.d.ts"), "Socket"]],
  "Options": [
    [join(dist, "index.d.ts"), "ServerOptions"],
    [join(engine, "server.d.ts"), "ServerOptions"], [join(engine, "server.d.ts"), "AttachOptions"],
  ],
};

function headers(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith(".hpp"))
    .map((name) => readFileSync(join(root, folder, name), "utf8")).join("\n");
}

describe("the guide to every member", () => {
  for (const [title, from] of Object.entries(declared)) {
    it(`names all of ${title}`, () => {
      const rows = rowsOf(title);
      const missing = from.flatMap(([file, name]) => membersOf(file, name))
        .filter((name) => !rows.has(name));
      assert.deepEqual(missing, []);
    });
  }

  it("names what is in the headers", () => {
    const words = new Set(["actors", "runtime", "transport", "protocol"].map(headers).join("\n")
      .match(/\w+/g));
    const missing = [];
    for (const title of Object.keys(declared)) {
      for (const [theirs, ours] of rowsOf(title)) {
        for (const [, code] of ours.matchAll(/`([^`]+)`/g)) {
          for (const word of code.replace(/"[^"]*"|<troupe\/[^>]*>/g, "").match(/[a-z]\w+/g) ?? [])
            if (!words.has(word)) missing.push(`${title}.${theirs}: ${word}`);
        }
      }
    }
    assert.deepEqual(missing, []);
  });
});
