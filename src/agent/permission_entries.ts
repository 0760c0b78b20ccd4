import { type Reader, show, withSchema } from "./read.ts";

/** The names that `--allow-sys` of Deno 2.9.6 accepts. */
const systemNames = [
  ...["cpus", "getPriority", "getegid", "gid", "homedir", "hostname", "loadavg"],
  ...["networkInterfaces", "osRelease", "osUptime", "setPriority", "statfs", "systemMemoryInfo"],
  ...["uid", "userInfo", "username"],
];

// The runtime separates entries by commas. It reads some asterisks as wildcards, but not others.
function entry(expected: string, accept: (value: string) => boolean): Reader<string> {
  return withSchema({ type: "string" }, (value, report) => {
    if (typeof value === "string" && value.includes("*")) {
      report.error(`Invalid value ${show(value)}: wildcards are not supported, list each entry`);
    } else if (typeof value === "string" && !/[,\p{Cc}]/u.test(value) && accept(value)) {
      return value;
    } else report.error(`Invalid value ${show(value)}: expected ${expected}`);
  });
}

/** Reads the path of a file, folder or executable. */
export const pathEntry: Reader<string> = entry(
  "an absolute path without commas or control characters",
  (value) => value.startsWith("/"),
);

/** Reads a host with or without a port, a network, or a Unix socket. */
export const netEntry: Reader<string> = entry(
  'HOST, HOST:PORT or unix:PATH, such as "10.0.0.7:6379"',
  (value) =>
    value.startsWith("unix:/") ||
    (/^(?:\[[0-9a-f:.]+\]|[\w.-]+(?:\/\d{1,3})?)(?::\d{1,5})?$/i.test(value) &&
      Number(/:(\d+)$/.exec(value)?.[1] ?? 0) <= 65_535),
);

/** Reads the name of an environment variable. */
export const envEntry: Reader<string> = entry(
  "the name of an environment variable",
  (value) => /^[^=\s]+$/.test(value),
);

/** Reads the name of a kind of system information. */
export const sysEntry: Reader<string> = entry(
  `one of ${systemNames.join(", ")}`,
  (value) => systemNames.includes(value),
);
