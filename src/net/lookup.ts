/** What `getaddrinfo` says of a name that is not there, or has no address of this kind. */
const NO_SUCH_NAME: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA", "EAI_NONAME"]);

/**
 * Looks a host name up as other programs of this host do: `getaddrinfo`, which reads `/etc/hosts`
 * and follows `/etc/nsswitch.conf`. `Deno.resolveDns` does neither. Needs `--allow-net=NAME`, for the
 * name itself and no port; permission for the name server is not asked for.
 *
 * @param name the host name
 * @returns its addresses, of both families; none if there is no such name
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {Error} if nobody could be asked
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
