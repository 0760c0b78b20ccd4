import type { Report } from "./diagnostic.ts";
import type { Settings } from "./settings.ts";

/**
 * File descriptors of the daemon itself: 26, and up to 128 for connections that the listener
 * accepts before the daemon notices the limit (Deno 2.9.6).
 */
const own = 160;

/** A running plugin uses 3 descriptors; a check has its own files and sockets. */
const perRun = 4;

/** A worker uses 6 descriptors, a process 4. During a reload the previous sandboxes exist, too. */
const perSandbox = 12;

/**
 * Returns the maximum number of file descriptors that the daemon needs in addition to its
 * connections.
 *
 * @param limits limits of the daemon
 * @returns the number of descriptors
 */
export function reservedDescriptors({ running, sandboxes }: Settings["limits"]): number {
  return own + perRun * running + perSandbox * sandboxes;
}

/**
 * Lowers the limit of connections to the number of file descriptors that the system grants. Without
 * a free descriptor, the runtime ends the process when it starts a worker (Deno 2.9.6). Therefore
 * the daemon never accepts more connections than there are descriptors.
 *
 * @param limits limits of the daemon
 * @param descriptors how many files, sockets and pipes the daemon may have open at the same time
 * @param report receives a warning if there are too few descriptors
 * @returns the limits for this host
 */
export function fitConnections(
  limits: Settings["limits"],
  descriptors: number,
  report: Report,
): Settings["limits"] {
  const reserve = reservedDescriptors(limits);
  // If there are even fewer descriptors, connections get half of the rest. Plugins and sandboxes
  // get the other half.
  const most = Math.max(descriptors - reserve, Math.floor((descriptors - own) / 2), 1);
  if (limits.connections <= most) return limits;
  report.warning(
    `The system grants the daemon ${descriptors} file descriptors, which is enough for ${most} of ` +
      `${limits.connections} connections: raise its hard limit (ulimit -n, LimitNOFILE) to ` +
      `${limits.connections + reserve}, or lower limits`,
  );
  return { ...limits, connections: most };
}
