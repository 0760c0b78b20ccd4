import { parseAllowedHost } from "../net/allowed_hosts.ts";
import type { Address } from "../net/host_port.ts";
import { listOf, type Reader, show, text, withSchema } from "./read.ts";
import { DEFAULT_PORT } from "./settings.ts";

/** Reads `HOST:PORT`, `HOST`, `[V6]:PORT`, `V6` or `:PORT`; the default port is 5666. */
export const address: Reader<Address> = withSchema({ type: "string" }, (value, report) => {
  const [, v6, host, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s/[\]]*))(?::(\d{1,5}))?$/.exec(String(value)) ??
      /^([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/.exec(String(value)) ?? [];
  const hostname = v6 ?? host;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (port > 65535) {
    report.error(`Invalid port in ${show(value)}: expected 0 to 65535`);
    return;
  }
  if (
    typeof value !== "string" || value === "" || hostname === undefined ||
    (hostname !== "" && !isHost(hostname))
  ) {
    report.error(`Invalid value ${show(value)}: expected HOST:PORT such as "127.0.0.1:5666"`);
    return;
  }
  const reason = whyUnbindable(hostname === "" ? "0.0.0.0" : hostname);
  if (reason !== undefined) {
    report.error(`Cannot listen on ${show(value)}: ${reason}`);
    return;
  }
  return { hostname: hostname === "" ? "0.0.0.0" : hostname, port };
});

// No daemon can listen on these addresses, on any host.
function whyUnbindable(hostname: string): string | undefined {
  const [{ family, bytes }] = [...parseAllowedHost(hostname).networks, { family: 0, bytes: [] }];
  const [first = 0, second = 0] = bytes;
  if (family === 6 && first === 0xfe && (second & 0xc0) === 0x80) {
    return "a link-local address needs a network interface, which settings cannot name";
  }
  const many = family === 6 ? first === 0xff : family === 4 && first >= 224;
  return many ? "it is not the address of one host" : undefined;
}

function isHost(hostname: string): boolean {
  try {
    parseAllowedHost(hostname);
    return true;
  } catch {
    return false;
  }
}

/** Reads an entry of `allowedHosts`. */
export const allowedHost: Reader<string> = withSchema({ type: "string" }, (value, report) => {
  const entry = text(value, report);
  if (entry === undefined) return;
  try {
    parseAllowedHost(entry);
    return entry;
  } catch (error) {
    report.error((error as Error).message);
  }
});

/** Reads one address, or a list of addresses. */
export const addresses: Reader<Address[]> = withSchema({
  anyOf: [address.schema!, { type: "array", items: address.schema!, minItems: 1 }],
}, (value, report) => {
  const all = Array.isArray(value) ? listOf(address)(value, report) : [address(value, report)];
  const good = all?.filter((entry) => entry !== undefined);
  if (good !== undefined && good.length > 0) return good;
  if (Array.isArray(value) && value.length === 0) {
    report.error("Missing address: expected HOST:PORT");
  }
});
