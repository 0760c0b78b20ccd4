import { type Option, option, type Range, type RangeInput } from "../../src/mod.ts";
import { type FamilyOptions, familyOptions } from "../_address_family.ts";
import { certificateDaysOption } from "../_certificate.ts";
import { type VerifyOptions, verifyOptions } from "../_tls.ts";
import { type TlsVersion, tlsVersionExpected, tlsVersions } from "./_tls_version.ts";

/** The handling of a redirect: a state for it, or a way to follow it. */
export type OnRedirect = "ok" | "warning" | "critical" | "follow" | "sticky" | "stickyport";

/** The options of the check `http`; the names and letters are the same as in `check_http`. */
export type HttpOptions = VerifyOptions & FamilyOptions & {
  /** The host in the request. */
  readonly hostname: Option<string, string, "optional">;
  /** The address to connect to, if it differs from the host. */
  readonly ipAddress: Option<string, string, "optional">;
  /** The port. */
  readonly port: Option<number, number | string, "optional">;
  /** The path and query. */
  readonly url: Option<string, string, "default">;
  /** The warning threshold for the response time in seconds. */
  readonly warning: Option<Range, RangeInput, "optional">;
  /** The critical threshold for the response time in seconds. */
  readonly critical: Option<Range, RangeInput, "optional">;
  /** The time limit in seconds. */
  readonly timeout: Option<number, number | string, "default">;
  /** Whether to use TLS. */
  readonly ssl: Option<boolean | TlsVersion, boolean | TlsVersion, "default">;
  /** Whether to send the host name in the TLS handshake. */
  readonly sni: Option<boolean, boolean, "default">;
  /** The minimum number of days until the certificate expires. */
  readonly certificate: Option<string, string, "optional">;
  /** Whether to request the page after the certificate check. */
  readonly continueAfterCertificate: Option<boolean, boolean, "default">;
  /** The status line must contain one of these strings. */
  readonly expect: Option<string[], string | readonly string[], "optional">;
  /** The headers must contain this string. */
  readonly headerString: Option<string, string, "optional">;
  /** The body must contain this string. */
  readonly string: Option<string, string, "optional">;
  /** The body must match this pattern. */
  readonly regex: Option<string, string, "optional">;
  /** The body must match this pattern, ignoring case. */
  readonly eregi: Option<string, string, "optional">;
  /** Whether the body must not match the pattern. */
  readonly invertRegex: Option<boolean, boolean, "default">;
  /** Whether the dot of the pattern matches line breaks. */
  readonly linespan: Option<boolean, boolean, "default">;
  /** The minimum size in bytes, or minimum and maximum. */
  readonly pagesize: Option<string, string, "optional">;
  /** The maximum age of the page. */
  readonly maxAge: Option<number, number | string, "optional">;
  /** The handling of a redirect. */
  readonly onredirect: Option<OnRedirect, OnRedirect, "default">;
  /** The maximum number of redirects. */
  readonly maxRedirs: Option<number, number | string, "default">;
  /** Other hosts that redirects may lead to. */
  readonly redirectHosts: Option<string[], string | readonly string[], "optional">;
  /** The method. */
  readonly method: Option<string, string, "optional">;
  /** The body of the request. */
  readonly post: Option<string, string, "optional">;
  /** The content type of the request body. */
  readonly contentType: Option<string, string, "default">;
  /** The User-Agent header. */
  readonly useragent: Option<string, string, "default">;
  /** Additional header lines. */
  readonly header: Option<string[], string | readonly string[], "optional">;
  /** The user name and password. */
  readonly authorization: Option<string, string, "optional">;
  /** Whether to stop after the headers. */
  readonly noBody: Option<boolean, boolean, "default">;
  /** Whether to add the duration of each step to the perfdata. */
  readonly extendedPerfdata: Option<boolean, boolean, "default">;
};

const line = { pattern: /\P{Cc}*/u, expected: "a string without control characters" };
const host = {
  pattern: /(?!-)[\w.:%[\]\-]+/u,
  expected: "a host name or address, with brackets if an IPv6 address has a port: [::1]:80",
  maxLength: 255,
};

/** The definitions of the options. */
export const httpOptions: HttpOptions = {
  hostname: option.text({
    short: "H",
    description:
      "Host name for the request, optionally with a port; without -I, the check connects to it",
    ...host,
  }),
  ipAddress: option.text({
    short: "I",
    description: "Address or host name to connect to; the default is the host name (-H)",
    ...host,
  }),
  port: option.integer({
    short: "p",
    description: "Port to connect to; the default is the port of -H, or else 80, or 443 with TLS",
    min: 1,
    max: 65535,
  }),
  url: option.text({
    short: "u",
    description: "Path and query to request",
    default: "/",
    pattern: /[^\s\p{Cc}]+/u,
    expected: "a path without blanks: write %20 for a blank",
    maxLength: 8192,
  }),
  ...option.thresholds("the response time in seconds"),
  timeout: option.duration({
    short: "t",
    description: "Time limit in seconds; if -c is longer, the limit is one second more than -c",
    default: 10,
  }),
  ssl: option.flag({
    short: "S",
    description: "Use TLS, of this version or (with +) later; see -D to verify the certificate",
    values: tlsVersions,
    expected: tlsVersionExpected,
  }),
  sni: option.flag({ description: "Send the host name in the TLS handshake", default: true }),
  certificate: certificateDaysOption("C"),
  ...verifyOptions("-C", "D"),
  continueAfterCertificate: option.flag({ description: "With -C, also request the page" }),
  expect: option.list({
    short: "e",
    description:
      "The status line must contain one of these strings; the status code is not checked then",
    once: true,
  }),
  headerString: option.text({
    short: "d",
    description: "String that the headers must contain; names in any case",
  }),
  string: option.text({ short: "s", description: "String that the page must contain" }),
  regex: option.text({
    short: "r",
    description: "Pattern that the page must match; the first 16 MiB are searched",
    maxLength: 2048,
  }),
  eregi: option.text({
    short: "R",
    description: "Pattern that the page must match, ignoring case; replaces -r",
    maxLength: 2048,
  }),
  invertRegex: option.flag({ description: "The page must not match the pattern" }),
  linespan: option.flag({ short: "l", description: "The dot of the pattern matches line breaks" }),
  pagesize: option.text({
    short: "m",
    description:
      "Warn if the response with headers is below MIN or above MAX bytes: MIN or MIN:MAX",
    pattern: /\d{1,15}(?::\d{1,15})?/,
    expected: "MIN or MIN:MAX in bytes",
  }),
  maxAge: option.duration({
    short: "M",
    description:
      "Critical if the page is older than this by its Last-Modified header: 1d, or seconds",
  }),
  onredirect: option.oneOf({
    short: "f",
    description:
      "State of a redirect, or how to follow it: sticky keeps the address, stickyport also the " +
      "port",
    values: ["ok", "warning", "critical", "follow", "sticky", "stickyport"],
    default: "ok",
  }),
  maxRedirs: option.integer({
    description: "Maximum number of redirects to follow",
    default: 15,
    min: 0,
    max: 100,
  }),
  redirectHosts: option.list({
    description: "Other hosts that redirects may lead to, as HOST:PORT",
    pattern: /[\w.%\-]+:\d+|\[[\w.:%]+\]:\d+/u,
    expected: "HOST:PORT, such as www.example.com:443",
  }),
  method: option.text({
    short: "j",
    description: "HTTP method; the default is GET, or POST with -P",
    pattern: /[A-Za-z]{1,20}/,
    expected: "a method such as GET",
  }),
  post: option.text({ short: "P", description: "Body of the request", maxLength: 65536 }),
  contentType: option.text({
    short: "T",
    description: "Content-Type of the request body",
    default: "application/x-www-form-urlencoded",
    ...line,
  }),
  useragent: option.text({
    short: "A",
    description: "User-Agent header",
    default: "check_http (Checkwright)",
    ...line,
  }),
  header: option.list({
    short: "k",
    description: "Additional header line, such as X-Probe: 1; repeat the option for more lines",
    split: false,
    ...line,
    maxLength: 8192,
  }),
  authorization: option.text({
    short: "a",
    description: "User name and password for basic authentication, as USER:PASSWORD",
  }),
  noBody: option.flag({ short: "N", description: "Stop after the headers" }),
  extendedPerfdata: option.flag({
    short: "E",
    description: "Add the duration of each step in seconds to the perfdata",
  }),
  ...familyOptions,
};
