/**
 * Asks a daemon of FRR over its socket, as vtysh does, many times a second: vtysh itself takes longer to start than a table to be sent.
 *
 * A command ends with a zero; so does an answer, with three of them and a status.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const END_BYTES = 4;

export class Vty {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param path such as `…/bgpd.vty` */
  static async open(path: string): Promise<Vty> {
    const socket = connect(path);
    await once(socket, "connect");
    return new Vty(socket);
  }

  /** One question at a time. @returns what is printed */
  async ask(command: string): Promise<string> {
    this.#socket.write(`${command}\0`);
    const parts: Buffer[] = [];
    for (;;) {
      const [part] = (await once(this.#socket, "data")) as [Buffer];
      parts.push(part);
      const all = Buffer.concat(parts);
      const end = all.subarray(-END_BYTES);
      if (all.length < END_BYTES || end.readUIntBE(0, 3) !== 0) continue;
      if (end[3] !== 0) throw new Error(`"${command}" ended with status ${end[3] ?? "none"}`);
      return all.subarray(0, -END_BYTES).toString();
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
