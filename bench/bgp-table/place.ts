/** Where the table is sent: a sender's namespace, a router's, and a wire between them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Namespace, wire } from "../../test/linux/network.ts";

export const SENDER = { address: "10.99.0.1", asn: 64_512, routerId: "192.0.2.1" } as const;
export const RECEIVER = { address: "10.99.0.2", asn: 64_513, routerId: "192.0.2.254" } as const;

export class Place {
  readonly sender = new Namespace();
  readonly receiver = new Namespace();
  readonly directory = mkdtempSync(join(tmpdir(), "spreadlb-table-"));

  constructor() {
    wire(this.sender, "s0", this.receiver, "r0");
    this.sender.ip(`addr add ${SENDER.address}/24 dev s0`);
    this.receiver.ip(`addr add ${RECEIVER.address}/24 dev r0`);
  }

  remove(): void {
    this.sender.remove();
    this.receiver.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
