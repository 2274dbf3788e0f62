/**
 * Records what the BFD of real routers says: `node --import tsx test/interop/capture-bfd.ts` writes test/vectors/bfd.json, which the
 * tests of the codec read. Needs root, tcpdump, BIRD and FRR.
 *
 * Each is watched by tcpdump while a session with our BFD comes up and stays, we leave, come back and are killed, and where it can, its
 * operator shuts the session down. A packet is known by its first two octets (RFC 5880 section 4.1: version, diagnostic, state, flags);
 * what it says besides is what the router was asked for, written here by hand and not by our decoder. Discriminators alone are chance:
 * the router's is the one in its first packet, ours the one in our own.
 */
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { startRouter } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { OurEnd } from "./bfd-end.ts";
import { LINK, Place } from "./place.ts";

const FILE = new URL("../vectors/bfd.json", import.meta.url);
/** None of them is anybody's default. */
const TIMING = { transmitMs: 60, receiveMs: 70, multiplier: 5 };
const VERSIONS = { bird: ["/usr/sbin/bird", "--version"], frr: ["/usr/lib/frr/bfdd", "--version"] };
type Kind = keyof typeof VERSIONS;

/** The fields of a packet, as the codec's test reads them. */
export type SaidByBfd = Readonly<Record<string, string | number | boolean>>;

export interface BfdVector {
  readonly name: string;
  readonly hex: string;
  readonly says: SaidByBfd;
}

export interface CapturedBfd {
  readonly from: string;
  readonly packets: readonly BfdVector[];
}

/** By their numbers in RFC 5880 section 4.1. */
const STATE = { AdminDown: 0, Down: 1, Init: 2, Up: 3 } as const;
const DIAGNOSTIC = {
  none: 0,
  "detection-time-expired": 1,
  "neighbor-signaled-down": 3,
} as const;

interface Wanted {
  readonly state: keyof typeof STATE;
  readonly diagnostic: keyof typeof DIAGNOSTIC;
  readonly poll?: boolean;
  readonly final?: boolean;
  /** It has not heard us, or has forgotten us. */
  readonly isAlone?: boolean;
}

const FIRST: Wanted = { state: "Down", diagnostic: "none", isAlone: true };
const HANDSHAKE: readonly Wanted[] = [
  { state: "Init", diagnostic: "none" },
  { state: "Up", diagnostic: "none", poll: true },
  { state: "Up", diagnostic: "none", final: true },
  { state: "Up", diagnostic: "none" },
];
/** BIRD forgets at once who has said goodbye. */
const left = (kind: Kind): Wanted => {
  return { state: "Down", diagnostic: "neighbor-signaled-down", isAlone: kind === "bird" };
};
const SILENT: Wanted = { state: "Down", diagnostic: "detection-time-expired", isAlone: true };
/** FRR leaves out why, and sends no slower. BIRD's operator can only turn all of BFD off, of which it tells nobody. */
const SHUT: Wanted = { state: "AdminDown", diagnostic: "none" };

const nameOf = ({ state, diagnostic, poll = false, final = false }: Wanted): string =>
  [state, ...(diagnostic === "none" ? [] : [diagnostic]), ...(poll ? ["poll"] : [])]
    .concat(final ? ["final"] : [])
    .join(", ");

function isOf(wanted: Wanted, [first = 0, second = 0]: Uint8Array, isAlone: boolean): boolean {
  const { state, diagnostic, poll = false, final = false } = wanted;
  const isFirst = first === (1 << 5) + DIAGNOSTIC[diagnostic];
  const isSecond = second === (STATE[state] << 6) + (poll ? 0x20 : 0) + (final ? 0x10 : 0);
  return isFirst && isSecond && isAlone === (wanted.isAlone ?? false);
}

/** RFC 5880 section 6.8.3: who is not up sends once a second at most; FRR asks the same of others, and takes echoes each 50 ms. */
function said(kind: Kind, wanted: Wanted, discriminators: { mine: number; yours: number }) {
  const { state, diagnostic, poll = false, final = false, isAlone = false } = wanted;
  const isFrr = kind === "frr";
  // The first word of FRR's after a silence still has what was agreed.
  const isUp = state === "Up" || wanted === SHUT || (isFrr && wanted === SILENT);
  return {
    ...{ state, diagnostic, poll, final, controlPlaneIndependent: false, demand: false },
    detectMultiplier: TIMING.multiplier,
    myDiscriminator: discriminators.mine,
    yourDiscriminator: isAlone ? 0 : discriminators.yours,
    desiredMinTxUs: isUp ? TIMING.transmitMs * 1000 : 1_000_000,
    requiredMinRxUs: isUp || !isFrr ? TIMING.receiveMs * 1000 : 1_000_000,
    requiredMinEchoRxUs: isFrr ? 50_000 : 0,
  };
}

const PCAP = { fileHeader: 24, recordHeader: 16, lengthAt: 8 };
/** Of the headers of Ethernet, IPv4 and UDP, none with options. */
const PAYLOAD_AT = 14 + 20 + 8;
const SOURCE_AT = 14 + 12;
const MINE_AT = 4;
const YOURS_AT = 8;

/** What tcpdump has written so far, by who sent it. */
class Ear {
  readonly heard: { readonly from: string; readonly bytes: Buffer }[] = [];
  readonly #child;
  #rest = Buffer.alloc(0);
  #isOpen = false;

  constructor(namespace: string) {
    const program = ["tcpdump", "-i", LINK, "-U", "-w", "-", "udp dst port 3784"];
    this.#child = spawn("ip", ["netns", "exec", namespace, ...program], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#read(chunk);
    });
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!this.#isOpen && this.#rest.length >= PCAP.fileHeader) {
      this.#rest = this.#rest.subarray(PCAP.fileHeader);
      this.#isOpen = true;
    }
    while (this.#isOpen && this.#rest.length >= PCAP.recordHeader) {
      const end = PCAP.recordHeader + this.#rest.readUInt32LE(PCAP.lengthAt);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(PCAP.recordHeader, end);
      this.#rest = this.#rest.subarray(end);
      const from = [...frame.subarray(SOURCE_AT, SOURCE_AT + 4)].join(".");
      this.heard.push({ from, bytes: frame.subarray(PAYLOAD_AT) });
    }
  }

  async open(): Promise<void> {
    await waitFor(() => this.#isOpen, { what: "tcpdump" });
  }

  close(): void {
    this.#child.kill("SIGTERM");
  }
}

async function capture(kind: Kind): Promise<CapturedBfd> {
  const place = new Place();
  const { left: ourSide, right, directory } = place;
  const ear = new Ear(ourSide.namespace.name);
  const ends: (() => Promise<unknown>)[] = [];
  const vectors: BfdVector[] = [];
  try {
    await ear.open();
    const router = await startRouter(kind, {
      ...{ netns: right.namespace.name, directory, asn: 65_000, routerId: right.ipv4 },
      bfdPeers: [{ ...TIMING, address: ourSide.ipv4, interface: LINK }],
    });
    ends.push(() => router.stop());

    /** Waits for it among what comes from now on. */
    const hear = async (since: number, ...all: readonly Wanted[]): Promise<void> => {
      for (const wanted of all) {
        const found = await waitFor(
          () => {
            const theirs = ear.heard.slice(since).filter(({ from }) => from === right.ipv4);
            const packet = theirs.find(({ bytes }) =>
              isOf(wanted, bytes, bytes.readUInt32BE(YOURS_AT) === 0),
            );
            if (packet !== undefined) return packet;
            throw new Error(
              theirs
                .slice(-3)
                .map(({ bytes }) => bytes.toString("hex"))
                .join(),
            );
          },
          { what: `"${nameOf(wanted)}" of ${kind}`, timeoutMs: 20_000 },
        );
        const first = ear.heard.find(({ from }) => from === right.ipv4);
        const discriminators = {
          mine: first?.bytes.readUInt32BE(MINE_AT) ?? 0,
          yours: lastBefore(found).readUInt32BE(MINE_AT),
        };
        const says = said(kind, wanted, discriminators);
        vectors.push({ name: nameOf(wanted), hex: found.bytes.toString("hex"), says });
      }
    };
    /** @returns what we had said last, or say first */
    const lastBefore = (found: (typeof ear.heard)[number]): Buffer => {
      const until = ear.heard.slice(0, ear.heard.indexOf(found) + 1);
      const ours = until.findLast(({ from }) => from === ourSide.ipv4);
      return ours?.bytes ?? Buffer.alloc(8);
    };

    const ours = async () => {
      const end = await OurEnd.start(ourSide.namespace);
      ends.push(() => end.stop("SIGKILL"));
      end.want({ to: right.ipv4, from: ourSide.ipv4 });
      return end;
    };
    await hear(0, FIRST);
    const one = await ours();
    await hear(0, ...HANDSHAKE);
    let since = ear.heard.length;
    one.want();
    await hear(since, left(kind));
    await one.stop();
    const other = await ours();
    await other.until("Up (handshake)");
    since = ear.heard.length;
    await other.stop("SIGKILL");
    await hear(since, SILENT);
    if (kind === "frr") {
      const last = await ours();
      await last.until("Up (handshake)");
      since = ear.heard.length;
      await router.command(
        ["configure", "bfd", `peer ${ourSide.ipv4} interface ${LINK}`, "shutdown", "end"].join(
          "\n",
        ),
      );
      await hear(since, SHUT);
    }
    return { from: versionOf(kind), packets: vectors };
  } finally {
    for (const end of ends.reverse()) await end();
    ear.close();
    await place.remove();
  }
}

function versionOf(kind: Kind): string {
  // BIRD says it on its standard error.
  const shown = execFileSync("sh", ["-c", `${VERSIONS[kind].join(" ")} 2>&1`], {
    encoding: "utf8",
  });
  return shown.split("\n")[0]?.trim() ?? kind;
}

const routers = [await capture("bird"), await capture("frr")];
const day = new Date().toISOString().slice(0, 10);
const { transmitMs, receiveMs, multiplier } = TIMING;
const made = `by test/interop/capture-bfd.ts on ${day}, from Debian's packages: payloads of UDP to port 3784, each router with ${transmitMs} ms out, ${receiveMs} ms in, ${multiplier} times`;
writeFileSync(FILE, `${JSON.stringify({ made, routers }, null, 2)}\n`);
