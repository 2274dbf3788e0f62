/** The primary of a zone: as the publisher says, or by the SOA, of a real BIND on loopback. */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNameServer, type RunningNameServer } from "../../../lab/name-servers/name-server.ts";
import { freePorts } from "../../../lab/ports.ts";
import type { Ip } from "../../../src/base/ip.ts";
import { NameServers } from "../../../src/controller/io/name-servers.ts";
import type { DnsName } from "../../../src/dns/name.ts";
import type { NameServer } from "../../../src/dns/waiting.ts";
import { nameOf } from "../../dns/vectors.ts";

const ZONE = nameOf("lb.example");
const tsig = { keyName: "k" };

describe("controller: name servers", () => {
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-dns-"));
  const { signal } = new AbortController();
  let server: RunningNameServer;
  let dead: NameServer;

  before(async () => {
    const [port = 0, closed = 0] = await freePorts(2);
    server = await startNameServer("bind", { directory, port, zone: ZONE, keys: [] });
    dead = { address: "127.0.0.1" as Ip, port: closed };
  });
  after(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const living = (): NameServer => ({ address: "127.0.0.1" as Ip, port: server.port });

  /** @returns address and port, or the kind of the failure */
  async function found(servers: NameServers, zone: DnsName = ZONE): Promise<string> {
    const outcome = await servers.of(zone);
    return outcome.ok ? `${outcome.value.address} ${outcome.value.port}` : outcome.failure.kind;
  }

  it("is what the publisher says, on port 53 or another; nobody is asked", async () => {
    const none = () => [];
    const spec = { server: "192.0.2.53", tsig };
    expect(await found(new NameServers(spec, signal, none))).to.equal("192.0.2.53 53");
    expect(await found(new NameServers({ ...spec, port: 5353 }, signal, none))).to.equal(
      "192.0.2.53 5353",
    );
  });

  it("is found by the SOA; where it fails the next of its addresses is taken, and then it is asked anew", async () => {
    const { port } = server;
    const servers = new NameServers({ port, tsig }, signal, () => [living()]);
    const first = { address: "127.0.0.1" as Ip, port };
    const second = { address: "::1" as Ip, port };
    expect(await found(servers)).to.equal(`127.0.0.1 ${port}`);
    await servers.failed(ZONE, first);
    expect(await found(servers)).to.equal(`::1 ${port}`);
    await servers.failed(ZONE, first); // Of one that was begun before.
    expect(await found(servers)).to.equal(`::1 ${port}`);
    await servers.failed(ZONE, second);
    expect(await found(servers)).to.equal(`127.0.0.1 ${port}`);
  });

  it("a resolver that is dead: the next is asked", async () => {
    const servers = new NameServers({ tsig }, signal, () => [dead, living()]);
    expect(await found(servers)).to.equal("127.0.0.1 53");
  }).timeout(20_000);

  it("no resolver, and a zone that is no zone of its own", async () => {
    expect(await found(new NameServers({ tsig }, signal, () => []))).to.equal("primary-unknown");
    const servers = new NameServers({ tsig }, signal, () => [living()]);
    expect(await found(servers, nameOf("sub.lb.example"))).to.equal("zone-not-found");
  });
});
