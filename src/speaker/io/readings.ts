/**
 * What a speaker reads of the API to answer on the wire: VirtualIPs, Nodes and the Secret with the key.
 *
 * Neighbours: run.ts tells the frame worker what follows; routing.ts reads what concerns routers, and is told of our own node.
 */
import type { Logger } from "pino";
import type { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import { NODES, SECRETS, type Node, type Secret } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { internalAddresses, pruneNode, pruneOwnNode, pruneVirtualIp } from "../objects.ts";
import type { PeerAddress } from "../peers.ts";
import { KEY_SECRET } from "./key-ring.ts";

export interface ReadingsOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  /** Our own. */
  readonly node: string;
  /** Where the Secret is. */
  readonly namespace: string;
  /** @param object undefined: it is gone */
  readonly onVirtualIp: (name: string, object: VirtualIP | undefined) => void;
  /** The first list is complete. */
  readonly onVirtualIps: () => void;
  /** Whenever some node has changed, and when all were read once. */
  readonly onNodes: () => void;
  /** Our own: each change of it, and what there is of it when all were read once. @param object undefined: there is none */
  readonly onOwnNode: (object: Node | undefined) => void;
  readonly onKey: (secret: Secret) => void;
}

export class Readings {
  readonly virtualIps: Reflector<VirtualIP>;
  readonly #options: ReadingsOptions;
  readonly #nodes: Reflector<Node>;
  readonly #key: Reflector<Secret>;
  readonly #addresses = new Map<string, PeerAddress>();

  constructor(options: ReadingsOptions) {
    const { client, log, node: own, namespace } = options;
    this.#options = options;
    this.virtualIps = startReflector<VirtualIP>({
      ...{ client, log, type: VIRTUAL_IPS, prune: pruneVirtualIp },
      onChange: ({ key, after }) => {
        options.onVirtualIp(key, after);
      },
      onSynced: options.onVirtualIps,
    });
    this.#nodes = startReflector<Node>({
      ...{ client, log, type: NODES },
      prune: (node) => (node.metadata.name === own ? pruneOwnNode(node) : pruneNode(node)),
      onChange: ({ key, after }) => {
        this.#onNode(key, after);
      },
      onSynced: () => {
        options.onNodes();
        options.onOwnNode(this.#nodes.store.get(own));
      },
    });
    this.#key = startReflector<Secret>({
      ...{ client, log, type: SECRETS, namespace, fieldSelector: `metadata.name=${KEY_SECRET}` },
      onChange: ({ after }) => {
        if (after !== undefined) options.onKey(after);
      },
    });
  }

  /** Whether there is a plan in them. */
  get isRead(): boolean {
    return this.virtualIps.store.synced && this.#nodes.store.synced;
  }

  /** Where heartbeats may go to. */
  get nodes(): readonly PeerAddress[] {
    return [...this.#addresses.values()];
  }

  async stop(): Promise<void> {
    await Promise.all([this.virtualIps, this.#nodes, this.#key].map((each) => each.stop()));
  }

  #onNode(name: string, node: Node | undefined): void {
    if (node === undefined) this.#addresses.delete(name);
    else this.#addresses.set(name, { node: name, addresses: internalAddresses(node) });
    this.#options.onNodes();
    if (name === this.#options.node) this.#options.onOwnNode(node);
  }
}
