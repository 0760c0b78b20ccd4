import { parseAllowedHost } from "../net/allowed_hosts.ts";
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
  (value) => {
    if (value.startsWith("unix:/")) return !value.startsWith("unix://");
    const [, v6, host, port = "0"] =
      /^(?:\[([0-9a-f:.]+)\]|([\w.-]+(?:\/\d{1,3})?))(?::(\d{1,5}))?$/i.exec(value) ?? [];
    if (Number(port) > 65_535) return false;
    if (v6 !== undefined) return v6.includes(":") && isNetwork(v6);
    return host !== undefined && (host.includes("/") ? isNetwork(host) : isName(host));
  },
);

function isNetwork(text: string): boolean {
  try {
    return parseAllowedHost(text).networks.length > 0;
  } catch {
    return false;
  }
}

/** Returns whether the runtime accepts a name, or an IPv4 address (RFC 1035, section 2.3.4). */
function isName(host: string): boolean {
  return host.length <= 253 && !/^\d+(?:\.\d+){3}\.$/.test(host) &&
    host.replace(/\.$/, "").split(".").every((label) => /^[\w-]{1,63}$/.test(label));
}

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
