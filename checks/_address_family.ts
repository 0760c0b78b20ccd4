/** The options `-4` and `-6` of network plugins. */
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
