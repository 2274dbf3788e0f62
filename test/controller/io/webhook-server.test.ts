/** The webhook's server on loopback, with certificates of our own making: what it answers, and how it changes them. */
import { X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import type { Socket } from "node:net";
import { connect, TLSSocket } from "node:tls";
import { expect } from "chai";
import { WebhookServer, type Answer } from "../../../src/controller/io/webhook-server.ts";
import { makeAuthority, makeLeaf, type KeyPair } from "../../../src/controller/io/x509.ts";

const NAME = "spreadlb-webhook.spreadlb-system.svc";
const NAMES = [NAME, "192.0.2.1", "2001:db8::1"];
const HOUR_MS = 3_600_000;

const life = () => ({ fromMs: Date.now(), untilMs: Date.now() + HOUR_MS });

async function newServing(authority: KeyPair) {
  const { certificate: cert, key } = await makeLeaf(authority, { ...life(), names: NAMES });
  return { cert, key };
}

function fingerprintOf(socket: Socket): string {
  return socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : "";
}

describe("webhook server", () => {
  let server: WebhookServer;
  let authority: KeyPair;
  const faults: string[] = [];

  before(async () => {
    authority = await makeAuthority(life());
    const echo = (body: unknown) =>
      body === "wrong"
        ? ({ ok: false, message: "that is wrong" } as const)
        : ({ ok: true, value: { body } } as const);
    const fail = (): never => {
      throw new Error("a fault");
    };
    const routes = new Map<string, (body: unknown) => Answer>([
      ["/echo", echo],
      ["/fail", fail],
    ]);
    const onFault = (error: unknown, path: string) => faults.push(`${path}: ${String(error)}`);
    server = await WebhookServer.listen({ port: 0, routes, onFault });
  });

  after(() => server.close());

  function ask(options: {
    readonly path?: string;
    readonly method?: string;
    readonly body?: string | Buffer;
    readonly ca?: string;
    readonly agent?: Agent;
  }): Promise<{ status: number; text: string; fingerprint: string }> {
    const { path = "/echo", method = "POST", body = "1", ca = authority.certificate } = options;
    const where = { port: server.port, host: "127.0.0.1", servername: NAME, path, method, ca };
    return new Promise((resolve, reject) => {
      const outgoing = request({ ...where, agent: options.agent ?? false }, (incoming) => {
        const fingerprint = fingerprintOf(incoming.socket);
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (piece: string) => (text += piece));
        incoming.once("end", () => {
          resolve({ status: incoming.statusCode ?? 0, text, fingerprint });
        });
        incoming.once("error", reject);
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }

  it("before the first certificate nobody is answered, and nothing falls over", async () => {
    const outcome = await ask({}).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error);
    server.serve(await newServing(authority));
    expect((await ask({})).status).to.equal(200);
  });

  const rows = [
    { name: "JSON", body: '{"a":1}', status: 200, says: '{"body":{"a":1}}' },
    { name: "what the route refuses", body: '"wrong"', status: 400, says: "that is wrong" },
    { name: "no JSON: shows its beginning", body: "{no", status: 400, says: '"{no"' },
    { name: "nothing", body: "", status: 400, says: "no JSON" },
    { name: "another path", path: "/other?x=/echo", status: 404, says: "try /echo" },
    { name: "a fault of ours", path: "/fail", status: 500, says: "its log has more" },
    { name: "another method", method: "GET", body: "", status: 405, says: "POST" },
  ];
  for (const { name, status, says, ...asked } of rows) {
    it(`answers ${name}: ${status}`, async () => {
      const answer = await ask(asked);
      expect(answer.status).to.equal(status);
      expect(answer.text).to.include(says);
    });
  }

  it("a fault of ours is told, with its path", () => {
    expect(faults).to.deep.equal(["/fail: Error: a fault"]);
  });

  it("a body that never ends is cut off", async () => {
    const outcome = await ask({ body: Buffer.alloc(33 * 1024 * 1024, 32) }).then(
      ({ status }) => status,
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    expect(outcome).to.be.oneOf([413, "EPIPE", "ECONNRESET"]);
    expect((await ask({})).status).to.equal(200);
  });

  it("the certificate is for its names, and for a server alone", async () => {
    const { cert } = await newServing(authority);
    const leaf = new X509Certificate(cert);
    for (const name of NAMES) {
      expect(leaf.checkHost(name) ?? leaf.checkIP(name), name).to.equal(name);
    }
    expect(leaf.checkHost("other.svc")).to.equal(undefined);
    expect(leaf.ca).to.equal(false);
    expect(leaf.keyUsage).to.deep.equal(["1.3.6.1.5.5.7.3.1"]);
    const issuer = new X509Certificate(authority.certificate);
    expect(issuer.ca).to.equal(true);
    expect(leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)).to.equal(true);
  });

  it("who does not trust the authority is not spoken to", async () => {
    const stranger = await makeAuthority(life());
    const outcome = await ask({ ca: stranger.certificate }).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error);
  });

  it("a new certificate is for new connections; the old ones go on", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await ask({ agent });
    const next = await makeAuthority(life());
    server.serve(await newServing(next));
    const both = authority.certificate + next.certificate;
    const [kept, fresh] = [await ask({ agent }), await ask({ ca: both })];
    expect(kept.fingerprint).to.equal(first.fingerprint);
    expect(fresh.status).to.equal(200);
    expect(fresh.fingerprint).not.to.equal(first.fingerprint);
    agent.destroy();
    server.serve(await newServing(authority));
  });

  it("TLS 1.2 is refused", async () => {
    const where = { port: server.port, host: "127.0.0.1", servername: NAME };
    const outcome = await new Promise<unknown>((resolve) => {
      const ca = authority.certificate;
      const socket = connect({ ...where, ca, maxVersion: "TLSv1.2" }, () => {
        resolve("connected");
        socket.destroy();
      });
      socket.once("error", resolve);
    });
    expect(outcome).to.be.instanceOf(Error);
  });

  it("who leaves still answers everybody, and keeps no connection", async () => {
    const leaving = await WebhookServer.listen({
      onFault: () => undefined,
      port: 0,
      routes: new Map([["/echo", () => ({ ok: true, value: {} }) as const]]),
    });
    leaving.serve(await newServing(authority));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const askLeaving = () =>
      new Promise<string | undefined>((resolve, reject) => {
        const where = { port: leaving.port, host: "127.0.0.1", servername: NAME, path: "/echo" };
        const how = { method: "POST", ca: authority.certificate, agent };
        const outgoing = request({ ...where, ...how }, (incoming) => {
          incoming.resume();
          incoming.once("end", () => {
            resolve(incoming.headers.connection);
          });
        });
        outgoing.once("error", reject);
        outgoing.end("1");
      });
    expect(await askLeaving()).to.equal("keep-alive");
    leaving.leave();
    expect([await askLeaving(), await askLeaving()]).to.deep.equal(["close", "close"]);
    agent.destroy();
    await leaving.close();
  });

  it("what was asked before the end is answered", async () => {
    const ending = await WebhookServer.listen({
      onFault: () => undefined,
      port: 0,
      routes: new Map([["/echo", (body: unknown) => ({ ok: true, value: { body } }) as const]]),
    });
    ending.serve(await newServing(authority));
    const where = { port: ending.port, host: "127.0.0.1", servername: NAME };
    const answered = new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(
        { ...where, path: "/echo", method: "POST", ca: authority.certificate, agent: false },
        (incoming) => {
          incoming.resume();
          resolve(incoming.statusCode);
        },
      );
      outgoing.once("error", reject);
      outgoing.write("[1,");
      outgoing.once("socket", (socket) => {
        socket.once("secureConnect", () => {
          void ending.close();
          outgoing.end("2]");
        });
      });
    });
    expect(await answered).to.equal(200);
  });
});
