/**
 * Records what BIND's own tools and named say: `node --import tsx test/dns/capture.ts` writes test/vectors/tsig.json, which the tests
 * of signatures read. Needs BIND from Debian (lab/setup.mjs --tests).
 *
 * tsig-keygen makes the keys; nsupdate and dig speak to named through a socket of ours, which takes down both. What they would not
 * send, for their clock is right, is a request of ours: named's answer to it is BADTIME.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNameServer, type NameServerKey } from "../../lab/name-servers/name-server.ts";
import { freePorts } from "../../lab/ports.ts";
import { run } from "../../lab/process.ts";
import { sign } from "../../src/dns/io/mac.ts";
import type { DnsName } from "../../src/dns/name.ts";
import { encodeUpdate } from "../../src/dns/update.ts";
import { MAC_BYTES, type TsigAlgorithm } from "../../src/dns/wire/tsig.ts";

const FILE = new URL("../vectors/tsig.json", import.meta.url);
const ZONE = "lb.example";
const HOUR_SECONDS = 3600;

export interface TsigVector {
  readonly name: string;
  /** Who sent the request; named has answered all of them. */
  readonly by: string;
  readonly key: NameServerKey;
  readonly request: string;
  readonly answer: string;
}

/** Stands between a client and named, and takes down what they say. */
class Ear {
  readonly #socket: Socket = createSocket("udp4");
  readonly #port: number;
  #client: AddressInfo | null = null;
  readonly #heard: { request: string; answer: string } = { request: "", answer: "" };

  constructor(port: number) {
    this.#port = port;
  }

  async open(): Promise<number> {
    this.#socket.on("message", (bytes, from) => {
      const isAnswer = from.port === this.#port;
      this.#heard[isAnswer ? "answer" : "request"] = bytes.toString("hex");
      if (!isAnswer) this.#client = from;
      this.#socket.send(bytes, isAnswer ? (this.#client?.port ?? 0) : this.#port, "127.0.0.1");
    });
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
    return this.#socket.address().port;
  }

  /** @returns the last request, and the answer to it */
  get last(): { request: string; answer: string } {
    return { ...this.#heard };
  }

  close(): void {
    this.#socket.close();
  }
}

async function keygen(name: string, algorithm: string): Promise<NameServerKey> {
  const text = await run(["tsig-keygen", "-a", algorithm, name]);
  return { name, algorithm, secretBase64: /secret "([^"]+)"/.exec(text)?.[1] ?? "" };
}

function argument({ algorithm, name, secretBase64 }: NameServerKey): string {
  return `${algorithm}:${name}:${secretBase64}`;
}

async function capture(directory: string): Promise<TsigVector[]> {
  const algorithms = Object.keys(MAC_BYTES);
  const keys = await Promise.all(algorithms.map((name) => keygen(`Key-${name.slice(5)}`, name)));
  const [key] = keys as [NameServerKey];
  const [stranger, impostor] = [
    await keygen("Key-unknown", "hmac-sha256"),
    { ...key, secretBase64: (await keygen("any", key.algorithm)).secretBase64 },
  ];
  const [port = 0] = await freePorts(1);
  const named = await startNameServer("bind", { directory, port, zone: ZONE, keys });
  const ear = new Ear(port);
  const earPort = await ear.open();
  const vectors: TsigVector[] = [];
  const nsupdate = async (name: string, by: NameServerKey, lines: readonly string[]) => {
    const stdin = [`server 127.0.0.1 ${earPort}`, `zone ${ZONE}`, ...lines, "send", ""].join("\n");
    // It fails where named does not obey: what was said counts.
    await run(["nsupdate", "-t", "2", "-y", argument(by)], { stdin }).catch(() => undefined);
    vectors.push({ name, by: "nsupdate", key: by, ...ear.last });
  };
  try {
    for (const each of keys) {
      await nsupdate(`an update, ${each.algorithm}`, each, [
        `update add ${each.algorithm}.${ZONE} 60 A 192.0.2.1`,
        `update add ${each.algorithm}.${ZONE} 60 AAAA 2001:db8::1`,
        `update add ${each.algorithm}.${ZONE} 60 TXT "of ${each.algorithm}" "and more"`,
      ]);
    }
    const name = `${key.algorithm}.${ZONE}`;
    await nsupdate("every prerequisite and deletion", key, [
      `prereq yxdomain ${name}`,
      `prereq nxdomain free.${ZONE}`,
      `prereq yxrrset ${name} A`,
      `prereq yxrrset ${name} A 192.0.2.1`,
      `prereq nxrrset ns.${ZONE} TXT`,
      `update delete ${name} AAAA`,
      `update delete ${name} A 192.0.2.1`,
    ]);
    await nsupdate("a prerequisite that fails", key, [
      `prereq nxdomain ${name}`,
      `update add ${name} 60 A 192.0.2.2`,
    ]);
    await nsupdate("a secret that named does not have", impostor, [
      `update add ${name} 60 A 192.0.2.3`,
    ]);
    await nsupdate("a key that named does not have", stranger, [
      `update add ${name} 60 A 192.0.2.3`,
    ]);
    const question = ["@127.0.0.1", "-p", String(earPort), "+noedns", "+norecurse", name, "TXT"];
    await run(["dig", ...question, "-y", argument(key)]);
    vectors.push({ name: "a question", by: "dig", key, ...ear.last });
    vectors.push(await late(earPort, ear, key));
  } finally {
    ear.close();
    await named.stop();
  }
  return vectors;
}

async function late(earPort: number, ear: Ear, key: NameServerKey): Promise<TsigVector> {
  const [zone, name] = [ZONE, `late.${ZONE}`] as [DnsName, DnsName];
  const data = { type: "TXT", strings: ["late"] } as const;
  const changes = [{ kind: "add", name, ttlSeconds: 60, data }] as const;
  const message = encodeUpdate({ zone, prerequisites: [], changes }, 0x1a7e);
  if (!message.ok) throw new Error(message.fault);
  const signed = sign(
    message.value,
    {
      name: key.name.toLowerCase() as DnsName,
      algorithm: key.algorithm as TsigAlgorithm,
      secret: Buffer.from(key.secretBase64, "base64"),
    },
    Math.floor(Date.now() / 1000) - HOUR_SECONDS,
  );
  const socket = createSocket("udp4");
  socket.send(signed.bytes, earPort, "127.0.0.1");
  await once(socket, "message");
  socket.close();
  return { name: "a clock that is an hour late", by: "this project", key, ...ear.last };
}

const directory = mkdtempSync(join(tmpdir(), "spreadlb-capture-"));
try {
  const [version, day] = [
    (await run(["named", "-v"])).split(" (")[0] ?? "",
    new Date().toISOString().slice(0, 10),
  ];
  const vectors = await capture(directory);
  const made = `by test/dns/capture.ts on ${day}: ${version}, with its tsig-keygen, nsupdate and dig, from Debian`;
  writeFileSync(FILE, `${JSON.stringify({ made, zone: ZONE, vectors }, null, 2)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
