import { type Option, option } from "../src/mod.ts";

/** The definitions of the options `-4` and `-6` of network plugins. */
export type FamilyOptions = {
  /** Whether to connect to IPv4 addresses only. */
  readonly useIpv4: Option<boolean, boolean, "default">;
  /** Whether to connect to IPv6 addresses only. */
  readonly useIpv6: Option<boolean, boolean, "default">;
};

/** The options `-4` and `-6`. */
export const familyOptions: FamilyOptions = {
  useIpv4: option.flag({ short: "4", description: "Connect to IPv4 addresses only" }),
  useIpv6: option.flag({ short: "6", description: "Connect to IPv6 addresses only" }),
};

/** The values of the options `-4` and `-6`. */
export interface FamilyValues {
  /** Connect to IPv4 addresses only. */
  useIpv4: boolean;
  /** Connect to IPv6 addresses only. */
  useIpv6: boolean;
}

/**
 * Returns the address family that the options select.
 *
 * @param values the options
 * @returns the family; undefined for any
 * @throws {RangeError} if both options are set
 */
export function addressFamily({ useIpv4, useIpv6 }: FamilyValues): 4 | 6 | undefined {
  if (useIpv4 && useIpv6) {
    throw new RangeError(
      'Options "useIpv4" and "useIpv6" exclude each other: expected one of them',
    );
  }
  return useIpv4 ? 4 : useIpv6 ? 6 : undefined;
}
