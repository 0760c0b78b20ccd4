import type { PeerCertificate, Perfdata, Range, State } from "../src/mod.ts";
import { printable } from "./_printable.ts";

/** Days left at which a certificate alerts, both included. */
export interface CertificateDays {
  /** Warn where so many days or fewer are left. */
  warning: number;
  /** Critical where so many days or fewer are left. */
  critical: number;
}

/** What is said of a certificate. */
export interface CertificateVerdict {
  /** The state. */
  state: State;
  /** One line, as `check_http -C` and `check_tcp -D` write it. */
  output: string;
  /** The days left; negative once it ended. */
  perfdata: Perfdata[];
}

const DAY = 86400;

/** The pattern of a `-C 14,7` option: days for WARNING, and days for CRITICAL if they are given. */
export const certificateDaysPattern = /\d{1,5}(?:,\d{1,5})?/;

/**
 * Reads the days of an option such as `-C 14,7`.
 *
 * @param text `14,7`, or `14` where only the end itself is critical
 * @returns The days
 */
export function parseCertificateDays(text: string): CertificateDays {
  const [warning = 0, critical = 0] = text.split(",").map(Number);
  return { warning, critical };
}

/**
 * Judges how long a certificate still lasts, with the texts and the edges of `check_http -C`.
 *
 * @param certificate The certificate; undefined where the peer has shown none
 * @param days The thresholds
 * @param now The time it is
 * @returns State, text and the perfdata `days`
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
  const { commonName = "Unknown CN", validTo } = certificate;
  const name = printable(commonName, 256).replaceAll("\n", "?");
  const seconds = Math.floor(validTo.getTime() / 1000) - Math.floor(now.getTime() / 1000);
  const left = Math.floor(seconds / DAY);
  const perfdata = [{
    label: "days",
    value: left,
    warning: upTo(days.warning),
    critical: upTo(days.critical),
  }];
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
 * Writes a time as `strftime("%c %z")` does in the C locale, in this host's time zone.
 *
 * @param date The time
 * @param offset The zone's minutes east of UTC
 * @returns For example `Mon Dec 21 18:57:39 2026 +0000`
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

/** So many days or fewer alert: the range whose inside does, from negative infinity on. */
function upTo(days: number): Range {
  return { start: -Infinity, end: days, inside: true };
}
