import type { ServiceTls } from "../../src/mod.ts";

/** A TLS version as the option `-S` of `check_http` names it; `+` means this version or later. */
export type TlsVersion = "1+" | "1.1+" | "1.2" | "1.2+" | "1.3" | "1.3+" | "2+" | "3+";

/** The versions that can be used. `2+` and `3+` are SSL 2 or later and SSL 3 or later. */
export const tlsVersions: readonly TlsVersion[] = [
  ...["1+", "1.1+", "1.2", "1.2+", "1.3", "1.3+", "2+", "3+"] as const,
];

/** A description of the versions for error messages. */
export const tlsVersionExpected =
  "1.2, 1.2+, 1.3 or 1.3+, because Deno speaks only TLS 1.2 and 1.3";

/**
 * Returns the TLS settings for a version.
 *
 * @param ssl the value of the option
 * @returns the oldest and the newest version
 */
export function versionSettings(
  ssl: boolean | TlsVersion,
): Pick<ServiceTls, "minVersion" | "maxVersion"> {
  if (ssl === "1.2") return { minVersion: "1.2", maxVersion: "1.2" };
  return ssl === "1.3" || ssl === "1.3+" ? { minVersion: "1.3" } : {};
}
