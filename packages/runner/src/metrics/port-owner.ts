import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { markedProcesses } from "../container/process-tree.ts";

/** In /proc/net/tcp. */
const LISTENING = "0A";

/**
 * Whether a process of a run listens at a port of this machine: the exporter of another trial, or of another program, may have it. True where the system cannot tell.
 * @param run what the names of the run's files begin with
 */
export function ownsPort(run: string, port: number): boolean {
  const sockets = listeningSockets(port);
  if (sockets === undefined || sockets.size === 0) return true; // then the connection itself tells
  return markedProcesses().some((process) => process.run === run && holdsOne(process.pid, sockets));
}

/** Inodes of the sockets that listen at a port; undefined where the system has no /proc. */
function listeningSockets(port: number): Set<string> | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(readOrEmpty);
  if (tables.every((table) => table === "")) return undefined;
  const inodes = new Set<string>();
  for (const line of tables.join("\n").split("\n")) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTENING && local?.endsWith(`:${wanted}`) === true && inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

function holdsOne(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => sockets.has(socketOf(`${folder}/${name}`)));
  } catch {
    return false; // it has ended
  }
}

function socketOf(link: string): string {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1] ?? "";
  } catch {
    return ""; // closed meanwhile
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
