/** Codes of `getaddrinfo` for a name that does not exist or has no address of this family. */
const NO_SUCH_NAME: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA", "EAI_NONAME"]);

/**
 * Looks a host name up like other programs of this host: with `getaddrinfo`, which reads
 * `/etc/hosts` and follows `/etc/nsswitch.conf`. `Deno.resolveDns` does neither. Needs
 * `--allow-net=NAME` with the name and no port; the name server needs no permission.
 *
 * @param name the host name
 * @returns its addresses of both families; empty if the name does not exist
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {Error} if the lookup fails
 */
export async function lookup(name: string): Promise<string[]> {
  const dns = await import("node:dns/promises");
  try {
    const found = await dns.lookup(name, { all: true });
    return found.map(({ address }) => address);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (NO_SUCH_NAME.has(code)) return [];
    if (code === "EPERM") throw new Deno.errors.NotCapable(`Requires net access to "${name}"`);
    throw error;
  }
}
