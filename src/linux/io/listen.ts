/** Listening for TCP on all addresses of the machine, of both families where it has both. */
import type { Server } from "node:net";

/** Rejects with the error of the system call, whose `code` says why. */
export async function listenOnAll(server: Server, port: number): Promise<void> {
  try {
    await listenOn(server, { port, host: "::" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw error;
    await listenOn(server, { port, host: "0.0.0.0" }); // A machine without IPv6.
  }
}

function listenOn(server: Server, where: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
