import type { Report } from "./diagnostic.ts";
import type { Settings } from "./settings.ts";

/**
 * What the daemon's process has open for itself: 26, and what its listener may have taken before it
 * is told that there are too many, 128 at most (Deno 2.9.6).
 */
const own = 160;

/** A running plugin takes 3; a check has its own files and sockets. */
const perRun = 4;

/** A worker takes 6, a process 4; while a reload is under way there are those before it, too. */
const perSandbox = 12;

/**
 * How many descriptors the daemon needs for all but connections.
 *
 * @param limits what the daemon is to bear
 * @returns the number, at most
 */
export function reservedDescriptors({ running, sandboxes }: Settings["limits"]): number {
  return own + perRun * running + perSandbox * sandboxes;
}

/**
 * Holds the limit of connections against how many descriptors the system grants. A listener for TLS
 * that finds none left hears of no connection any more, until it is started anew (Deno 2.9.6): so
 * the daemon lets in no more than there can be.
 *
 * @param limits what the daemon is to bear
 * @param descriptors how many files, sockets and pipes it may have open at once
 * @param report where it goes that there are too few
 * @returns the limits that hold on this host
 */
export function fitConnections(
  limits: Settings["limits"],
  descriptors: number,
  report: Report,
): Settings["limits"] {
  const reserve = reservedDescriptors(limits);
  // Where there is not even that much, plugins and sandboxes have to make do with half of the rest.
  const most = Math.max(descriptors - reserve, Math.floor((descriptors - own) / 2), 1);
  if (limits.connections <= most) return limits;
  report.warning(
    `The system grants the daemon ${descriptors} file descriptors, which is enough for ${most} of ` +
      `${limits.connections} connections: raise its hard limit (ulimit -n, LimitNOFILE) to ` +
      `${limits.connections + reserve}, or lower limits`,
  );
  return { ...limits, connections: most };
}
