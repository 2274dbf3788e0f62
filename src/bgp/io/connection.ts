/**
 * One TCP connection with a peer: bytes in, whole messages out. Hands, and no more.
 *
 * After `close` nothing is reported any more; what was sent before still goes out, for a NOTIFICATION is the last thing said.
 * Neighbours: ../wire/framing.ts cuts messages; ../reading-pace.ts says how fast they are read; peer-hands.ts reports them to the session.
 */
import type { Socket } from "node:net";
import { ReadingPace } from "../reading-pace.ts";
import { Framing } from "../wire/framing.ts";
import type { MessageFault } from "../wire/faults.ts";

export interface ConnectionHandlers {
  readonly onMessage: (message: Uint8Array) => void;
  readonly onBadHeader: (fault: MessageFault, data: Uint8Array) => void;
  /** Once. @param error the name of the system's error, such as ECONNRESET; "closed" where the peer just ends */
  readonly onEnd: (error: string) => void;
}

/** How long a peer may take for what was sent before the end. */
const LINGER_MS = 1000;

export class Connection {
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #framing = new Framing();
  readonly #pace = new ReadingPace();
  #isExtended = false;
  #isOver = false;

  constructor(socket: Socket, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      this.#read(bytes);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#end(error.code ?? error.message);
    });
    socket.on("end", () => {
      this.#end("closed");
    });
    socket.on("close", () => {
      this.#end("closed");
    });
  }

  /** Messages may be as long as RFC 8654 says. */
  extend(): void {
    this.#isExtended = true;
  }

  /** @param onWritten once the kernel has all of it; never, where the connection ends before */
  send(bytes: Uint8Array, onWritten: () => void): void {
    this.#socket.write(bytes, (error) => {
      if (error == null && !this.#isOver) onWritten();
    });
  }

  close(): void {
    this.#isOver = true;
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (socket.connecting) {
      socket.destroy();
      return;
    }
    socket.end();
    socket.resume(); // What still comes is nobody's, and an end behind it is to be seen.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  #read(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#pace.chunk();
    this.#framing.add(bytes);
    for (;;) {
      const next = this.#framing.next({ isExtended: this.#isExtended });
      if (next === null) break;
      if (!next.ok) {
        this.#handlers.onBadHeader(next.fault, next.data);
        return;
      }
      this.#pace.read(next.value.length);
      this.#handlers.onMessage(next.value);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the handler may have closed us
      if (this.#isOver) return;
    }
    this.#rest(this.#pace.pauseMs(performance.now()));
  }

  /** What comes meanwhile waits at the peer. */
  #rest(forMs: number): void {
    if (forMs === 0) return;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), forMs).unref();
  }

  #end(error: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroy();
    this.#handlers.onEnd(error);
  }
}
