import type { PeerFixture } from "./fixtures.ts";
import { requireAccess } from "../grants.ts";
import { refuseCall } from "../refusal.ts";
import { connectPeer, isPeerConnection } from "./peer.ts";
import { findFixture, promised, type Substitute, type Substitutes, type World } from "./world.ts";

interface Address {
  transport?: string;
  hostname?: string;
  port?: number;
  path?: string;
}

/** Formats an address as the messages of the runtime do. */
export function formatHost(hostname: string, port: number | string): string {
  const bare = hostname.toLowerCase();
  return `${bare.includes(":") && !bare.startsWith("[") ? `[${bare}]` : bare}:${port}`;
}

/** Requires the permissions to use an address; a socket path needs `read` and `write`. */
export function requireAddress(world: World, address: Address, hostname: string): string {
  const { path } = address;
  if (path !== undefined) {
    requireAccess(world.grants, "read", path);
    requireAccess(world.grants, "write", path);
    return path;
  }
  const target = formatHost(address.hostname ?? hostname, address.port ?? 0);
  requireAccess(world.grants, "net", target);
  return target;
}

const connect: Substitute = (world, real, args) => {
  const address = args[0] as Address;
  const target = requireAddress(world, address, "127.0.0.1");
  const fixture = findFixture<PeerFixture>(world.net, target);
  return fixture === undefined ? real(...args) : connectPeer(target, fixture);
};

/** A check may never listen. No permission allows it. */
const listening = ["listen", "listenTls", "listenDatagram", "serve"].map((
  name,
): [string, Substitute] => [name, () => {
  throw refuseCall(`Deno.${name}`);
}]);

/** Returns the fixture of the queried name. Requires the permission for the name server. */
const resolveDns: Substitute = (world, real, args) => {
  const { nameServer } = (args[2] ?? {}) as Deno.ResolveDnsOptions;
  if (nameServer !== undefined) {
    requireAccess(world.grants, "net", formatHost(nameServer.ipAddr, nameServer.port ?? 53));
  } else if (
    !world.grants.names.net.some((granted) => granted.endsWith(":53") || isAddress(granted))
  ) {
    // Only the runtime knows the name server of the system.
    requireAccess(world.grants, "net", "<name server>:53");
  }
  const fixture = findFixture<PeerFixture>(world.net, String(args[0]));
  return Array.isArray(fixture) ? [...fixture] : real(...args);
};

function isAddress(host: string): boolean {
  return /^(\d+(\.\d+){3}|\[[\da-f:.]+\])$/i.test(host);
}

/** The functions of `Deno` that need `net`. */
export const netApi: Substitutes = {
  connect: promised(connect),
  connectTls: promised(connect),
  startTls: promised((_world, real, args) => isPeerConnection(args[0]) ? args[0] : real(...args)),
  ...Object.fromEntries(listening),
  resolveDns: promised(resolveDns),
};
