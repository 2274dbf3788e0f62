/**
 * Error numbers of Linux by name, and what a person is told of them. Pure.
 *
 * Every call of this room answers with a number: zero or more is a result, less is `-errno`.
 * Left out on purpose: the numbers that our calls cannot meet; they show as `errno 123`.
 */
import { BalancerError } from "../base/errors.ts";

/** The same on x64, arm64 and every other "generic" architecture: include/uapi/asm-generic/errno*.h */
const ERRNO_NAMES: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [1, ["EPERM", "operation not permitted"]],
  [2, ["ENOENT", "no such file"]],
  [3, ["ESRCH", "no such process"]],
  [4, ["EINTR", "interrupted"]],
  [6, ["ENXIO", "no such device or address"]],
  [9, ["EBADF", "bad file descriptor"]],
  [11, ["EAGAIN", "nothing to read yet"]],
  [12, ["ENOMEM", "out of memory"]],
  [13, ["EACCES", "permission denied"]],
  [14, ["EFAULT", "bad address"]],
  [16, ["EBUSY", "busy"]],
  [17, ["EEXIST", "exists already"]],
  [19, ["ENODEV", "no such device"]],
  [22, ["EINVAL", "invalid argument"]],
  [23, ["ENFILE", "too many open files in the system"]],
  [24, ["EMFILE", "too many open files in the process"]],
  [38, ["ENOSYS", "not implemented by this kernel or libc"]],
  [90, ["EMSGSIZE", "message too long"]],
  [92, ["ENOPROTOOPT", "no such socket option"]],
  [93, ["EPROTONOSUPPORT", "protocol not supported"]],
  [95, ["EOPNOTSUPP", "not supported"]],
  [97, ["EAFNOSUPPORT", "address family not supported"]],
  [98, ["EADDRINUSE", "address in use"]],
  [99, ["EADDRNOTAVAIL", "address not available"]],
  [100, ["ENETDOWN", "network is down"]],
  [101, ["ENETUNREACH", "network is unreachable"]],
  [104, ["ECONNRESET", "connection reset"]],
  [105, ["ENOBUFS", "no buffer space"]],
  [107, ["ENOTCONN", "not connected"]],
  [110, ["ETIMEDOUT", "timed out"]],
  [111, ["ECONNREFUSED", "connection refused"]],
  [113, ["EHOSTUNREACH", "no route to host"]],
] as const);

export const EPERM = 1;
export const EAGAIN = 11;
export const EACCES = 13;
export const ENOMEM = 12;
export const ENODEV = 19;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENOBUFS = 105;

/** @param errno positive or, as calls return it, negative */
export function errnoName(errno: number): string {
  const number = Math.abs(errno);
  return ERRNO_NAMES.get(number)?.[0] ?? `errno ${number}`;
}

/** @returns `EPERM (operation not permitted)` */
export function describeErrno(errno: number): string {
  const meaning = ERRNO_NAMES.get(Math.abs(errno))?.[1];
  return meaning === undefined ? errnoName(errno) : `${errnoName(errno)} (${meaning})`;
}

/** @returns the name of a fault, as logs and metric labels carry it: `packet-enetdown` */
export function errnoFault(room: string, errno: number): string {
  return `${room}-${errnoName(errno).toLowerCase().replace(" ", "-")}`;
}

/** A system call that failed where nobody can go on: the kernel lacks something that we need. */
export class SystemCallError extends Error {
  readonly call: string;
  /** Positive. */
  readonly errno: number;
  /** The interface or VRF that it was about, as far as it was about one. */
  readonly device: string | null;

  constructor(call: string, errno: number, device: string | null = null) {
    super(`Cannot ${call}: ${describeErrno(errno)}`);
    this.name = "SystemCallError";
    this.call = call;
    this.errno = Math.abs(errno);
    this.device = device;
  }
}

/**
 * What to throw where a packet socket could not be opened.
 *
 * @returns the error with its remedy where a capability is missing, else the bare system call's
 */
export function packetSocketError(call: string, errno: number): BalancerError | SystemCallError {
  const denied = [EPERM, EACCES].includes(Math.abs(errno));
  if (!denied) return new SystemCallError(call, errno);
  return new BalancerError("RAW_SOCKET_DENIED", `Cannot ${call}: ${describeErrno(errno)}`);
}
