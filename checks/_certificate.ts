import {
  judge,
  type Option,
  option,
  type PeerCertificate,
  type Perfdata,
  type State,
} from "../src/mod.ts";
import { printable } from "./_printable.ts";

/** Thresholds for the days until a certificate expires; a value equal to a threshold alerts. */
export interface CertificateDays {
  /** WARNING if this many days or fewer are left. */
  warning: number;
  /** CRITICAL if this many days or fewer are left. */
  critical: number;
}

/** The result for a certificate. */
export interface CertificateVerdict {
  /** The state. */
  state: State;
  /** One line in the format of `check_http -C` and `check_tcp -D`. */
  output: string;
  /** The days left; negative after the certificate expired. */
  perfdata: Perfdata[];
}

const DAY = 86400;

/**
 * Defines the option for the days until a certificate expires: `14`, or `14,7` for WARNING and
 * CRITICAL.
 *
 * @param short the letter of the option
 * @returns the option
 */
export function certificateDaysOption(short: string): Option<string, string, "optional"> {
  return option.text({
    short,
    description:
      "Use TLS and check the expiry of the certificate in days: 14, or 14,7 for WARNING,CRITICAL",
    pattern: /\d{1,5}(?:,\d{1,5})?/,
    expected: "days such as 14, or 14,7 for WARNING,CRITICAL",
  });
}

/**
 * Parses the value of an option such as `-C 14,7`.
 *
 * @param text `14,7`, or `14` if only an expired certificate is CRITICAL
 * @returns the days
 */
export function parseCertificateDays(text: string): CertificateDays {
  const [warning = 0, critical = 0] = text.split(",").map(Number);
  return { warning, critical };
}

/**
 * Checks when a certificate expires. Texts and limits are the same as in `check_http -C`. If the
 * certificate was verified, the first certificate of its chain that expires counts.
 *
 * @param certificate the certificate; undefined if the peer did not present one
 * @param days the thresholds
 * @param now the current time
 * @returns state, text and the perfdata `days`
 */
export function judgeCertificate(
  certificate: PeerCertificate | undefined,
  days: CertificateDays,
  now: Date,
): CertificateVerdict {
  if (certificate === undefined) {
    const output = "CRITICAL - Cannot retrieve server certificate.";
    return { state: "CRITICAL", output, perfdata: [] };
  }
  const chain = [certificate, ...certificate.issuers ?? []];
  const { commonName = "Unknown CN", validTo } = chain.reduce((first, next) =>
    next.validTo < first.validTo ? next : first
  );
  const name = printable(commonName, 256).replaceAll("\n", "?");
  const seconds = Math.floor(validTo.getTime() / 1000) - Math.floor(now.getTime() / 1000);
  const left = Math.floor(seconds / DAY);
  const { perfdata } = judge({ label: "days", value: left, ...days, lessIsWorse: true });
  const verdict = (state: State, text: string) => ({
    state,
    output: `${state} - Certificate '${name}' ${text}`,
    perfdata,
  });
  const end = formatTimestamp(validTo);
  if (seconds < 0) return verdict("CRITICAL", `expired on ${end}.`);
  if (seconds === 0) return verdict("CRITICAL", `just expired (${end}).`);
  if (seconds < 3600) {
    return verdict("CRITICAL", `expires in ${Math.floor(seconds / 60)} minutes (${end})`);
  }
  if (seconds < DAY) {
    return verdict("CRITICAL", `expires in ${Math.floor(seconds / 3600)} hours (${end})`);
  }
  if (left > days.warning) return verdict("OK", `will expire on ${end}.`);
  return verdict(
    left > days.critical ? "WARNING" : "CRITICAL",
    `expires in ${left} day(s) (${end}).`,
  );
}

/**
 * Formats a time like `strftime("%c %z")` in the C locale.
 *
 * @param date the time
 * @param offset the time zone in minutes east of UTC (default: the time zone of this host)
 * @returns for example `Mon Dec 21 18:57:39 2026 +0000`
 */
export function formatTimestamp(date: Date, offset: number = -date.getTimezoneOffset()): string {
  const local = new Date(date.getTime() + offset * 60_000);
  const [weekday, day, month, year, time] = local.toUTCString().replace(",", "").split(" ");
  const minutes = Math.abs(offset);
  const zone = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, "0")
  );
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year} ` +
    `${offset < 0 ? "-" : "+"}${zone.join("")}`;
}
