/**
 * The system calls, bound by koffi: nothing else in this project calls the kernel past Node.
 *
 * Every call answers with a number: zero or more is the result, less is `-errno`. Nothing here blocks, and
 * sockets are close-on-exec. Works on the main thread and in worker threads, each with bindings of its own.
 * Buffers are handed over by address: a wrong length here is a broken heap, so lengths come from the buffers.
 * Descriptors belong to the process: a worker that is terminated, not asked to stop, leaves its own open.
 */
import { endianness } from "node:os";
import koffi from "koffi";
import { encodeBpf, INSTRUCTION_BYTES, type Instruction } from "../bpf.ts";
import { EAGAIN } from "../errno.ts";

export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_ATTACH_FILTER = 26;

/** The return value of recvfrom is then the whole length of the message, whatever fitted. */
const MSG_TRUNC = 0x20;

type Bytes = Uint8Array | Uint32Array;

interface Calls {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, address: Bytes, length: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, v: Bytes, size: number) => number;
  readonly attach: (
    fd: number,
    level: number,
    name: number,
    program: { readonly len: number; readonly filter: Bytes },
    size: number,
  ) => number;
  readonly getsockopt: (fd: number, level: number, name: number, v: Bytes, size: Bytes) => number;
  readonly sendto: (
    fd: number,
    bytes: Bytes,
    length: number,
    flags: number,
    address: Bytes | null,
    addressLength: number,
  ) => number;
  readonly recvfrom: (
    fd: number,
    bytes: Bytes,
    length: number,
    flags: number,
    address: Bytes | null,
    addressLength: Bytes | null,
  ) => number;
  readonly sendmmsg: (fd: number, table: Bytes, count: number, flags: number) => number;
  readonly recvmmsg: (fd: number, table: Bytes, count: number, flags: number, t: null) => number;
  readonly close: (fd: number) => number;
  readonly setpriority: (which: number, who: number, nice: number) => number;
  readonly schedSetscheduler: (pid: number, policy: number, parameters: Bytes) => number;
  readonly schedGetaffinity: (pid: number, size: number, mask: Bytes) => number;
  readonly schedSetaffinity: (pid: number, size: number, mask: Bytes) => number;
}

let loaded: Calls | undefined;

/** Loads on first use, so that importing this file costs and changes nothing. */
function calls(): Calls {
  return (loaded ??= load());
}

/** The one place where koffi's types end: the prototypes beside it must say the same in both languages. */
function load(): Calls {
  if (endianness() !== "LE") throw new Error("Needs a little-endian machine, such as x64 or arm64");
  const libc = koffi.load(null); // the symbols of the process itself: glibc's or musl's
  const bind = (prototype: string): unknown => libc.func(prototype);
  const sockFprog = koffi.struct({ len: "uint16", filter: "void *" });
  const int = koffi.types.int;
  const attach: unknown = libc.func("setsockopt", int, [
    int,
    int,
    int,
    koffi.pointer(sockFprog),
    koffi.types.uint32,
  ]);
  return {
    socket: bind("int socket(int, int, int)"),
    bind: bind("int bind(int, void *, uint32)"),
    setsockopt: bind("int setsockopt(int, int, int, void *, uint32)"),
    attach,
    getsockopt: bind("int getsockopt(int, int, int, void *, void *)"),
    sendto: bind("int64 sendto(int, void *, size_t, int, void *, uint32)"),
    recvfrom: bind("int64 recvfrom(int, void *, size_t, int, void *, void *)"),
    sendmmsg: bind("int sendmmsg(int, void *, uint32, int)"),
    recvmmsg: bind("int recvmmsg(int, void *, uint32, int, void *)"),
    close: bind("int close(int)"),
    setpriority: bind("int setpriority(int, uint32, int)"),
    schedSetscheduler: bind("int sched_setscheduler(int, int, void *)"),
    schedGetaffinity: bind("int sched_getaffinity(int, size_t, void *)"),
    schedSetaffinity: bind("int sched_setaffinity(int, size_t, void *)"),
  } as Calls;
}

/** libc says -1 and errno; nothing may come between the call and this. */
function checked(result: number): number {
  return result < 0 ? -koffi.errno() : result;
}

/** @returns a descriptor that never blocks and that no child process inherits */
export function socket(domain: number, type: number, protocol: number): number {
  return checked(calls().socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

export function bind(fd: number, address: Uint8Array): number {
  return checked(calls().bind(fd, address, address.length));
}

export function close(fd: number): number {
  return checked(calls().close(fd));
}

export function setOption(fd: number, level: number, name: number, value: Uint8Array): number {
  return checked(calls().setsockopt(fd, level, name, value, value.length));
}

/** For the many options whose value is one C `int`. */
export function setIntOption(fd: number, level: number, name: number, value: number): number {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return setOption(fd, level, name, bytes);
}

/** @returns the number of bytes that the kernel wrote into `value` */
export function getOption(fd: number, level: number, name: number, value: Uint8Array): number {
  const size = Uint32Array.of(value.length);
  const result = checked(calls().getsockopt(fd, level, name, value, size));
  return result < 0 ? result : (size[0] ?? 0);
}

/** Only what the program passes is queued from here on. */
export function attachFilter(fd: number, program: readonly Instruction[]): number {
  const filter = encodeBpf(program);
  const len = filter.length / INSTRUCTION_BYTES;
  return checked(calls().attach(fd, SOL_SOCKET, SO_ATTACH_FILTER, { len, filter }, 16));
}

export function sendTo(fd: number, bytes: Uint8Array, address: Uint8Array | null): number {
  return checked(calls().sendto(fd, bytes, bytes.length, 0, address, address?.length ?? 0));
}

/** The kernel reads and writes the length of the address here; the value is set before every call. */
const addressLength = new Uint32Array(1);

/**
 * Takes one message.
 *
 * @param bytes receives the message, from its start
 * @param address receives the sender; its length is its room
 * @returns the whole length of the message: more than `bytes.length` where it was cut off
 */
export function receiveFrom(fd: number, bytes: Uint8Array, address: Uint8Array): number {
  addressLength[0] = address.length;
  return checked(calls().recvfrom(fd, bytes, bytes.length, MSG_TRUNC, address, addressLength));
}

/**
 * Where bytes lie. Only for those of an ArrayBuffer made by itself: small arrays may lie in the heap, which moves what it has.
 * An address keeps nothing alive.
 */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi.address(bytes);
}

/**
 * Sends several datagrams.
 *
 * @param table of `struct mmsghdr`, see ../message-table.ts
 * @returns how many went out, at least one; or why the first did not
 */
export function sendMessages(fd: number, table: Uint8Array, count: number): number {
  return checked(calls().sendmmsg(fd, table, count, 0));
}

/** Takes as many datagrams as wait, and the table has room for. @returns how many, at least one; or -EAGAIN */
export function receiveMessages(fd: number, table: Uint8Array, count: number): number {
  return checked(calls().recvmmsg(fd, table, count, 0, null));
}

export function setPriority(which: number, who: number, nice: number): number {
  return checked(calls().setpriority(which, who, nice));
}

export function setScheduler(pid: number, policy: number, priority: number): number {
  return checked(calls().schedSetscheduler(pid, policy, Uint32Array.of(priority)));
}

/** @param mask a bit for each CPU on which the thread may run, the lowest first; filled in */
export function getAffinity(thread: number, mask: Uint8Array): number {
  return checked(calls().schedGetaffinity(thread, mask.length, mask));
}

export function setAffinity(thread: number, mask: Uint8Array): number {
  return checked(calls().schedSetaffinity(thread, mask.length, mask));
}

export interface Watch {
  /** Calls come no more, until `start`. */
  stop(): void;
  start(): void;
  /** No call comes after this. Close the watch before the descriptor. */
  close(): void;
}

/** Held here, for koffi stops a handle that is collected: one that nobody keeps must go on all the same. */
const handles = new Set<{ close(): void }>();

/**
 * Calls back whenever the descriptor is readable, on the event loop of the calling thread.
 *
 * An error on the socket (a link that went down, an overrun) makes libuv stop watching: it is taken off the
 * socket and the watch begins anew, so that nobody grows deaf.
 *
 * @param onReady with 0: read now, until -EAGAIN or your bound; with `-errno`: that error was pending; what
 *   it throws is an uncaught exception
 */
export function watch(fd: number, onReady: (errno: number) => void): Watch {
  // koffi's types leave out the first argument: libuv's status.
  const onEvent = (status: unknown): void => {
    try {
      onReady(status === 0 ? 0 : restarted());
    } catch (error) {
      // koffi would drop it and never call again: it must end the thread as elsewhere in Node.
      process.nextTick(() => {
        throw error;
      });
    }
  };
  const restarted = (): number => {
    const errno = pendingError(fd);
    handle.stop();
    start();
    return errno;
  };
  const start = (): void => {
    if (handles.has(handle)) handle.start({ readable: true }, onEvent);
  };
  const handle = koffi.node.poll(fd, { readable: true }, onEvent);
  handles.add(handle);
  return {
    stop: () => {
      if (handles.has(handle)) handle.stop();
    },
    start,
    close: () => {
      if (handles.delete(handle)) handle.close();
    },
  };
}

/** Takes the error off the socket. @returns `-errno`; -EAGAIN where there was none after all */
function pendingError(fd: number): number {
  const value = new Uint8Array(4);
  if (getOption(fd, SOL_SOCKET, SO_ERROR, value) < 0) return -EAGAIN;
  return -(new DataView(value.buffer).getInt32(0, true) || EAGAIN);
}
