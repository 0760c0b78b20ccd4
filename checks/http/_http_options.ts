import { type Option, option, type Range, type RangeInput } from "../../src/mod.ts";
import { certificateDaysPattern } from "../_certificate.ts";

/** What is done with a redirect: a state for it, or it is followed. */
export type OnRedirect = "ok" | "warning" | "critical" | "follow" | "sticky" | "stickyport";

/** The options of the check `http`; names and letters are those of `check_http`. */
export type HttpOptions = {
  /** The host that is asked for. */
  readonly hostname: Option<string, string, "optional">;
  /** What to connect to instead. */
  readonly ipAddress: Option<string, string, "optional">;
  /** The port. */
  readonly port: Option<number, number | string, "optional">;
  /** Path and query. */
  readonly url: Option<string, string, "default">;
  /** Thresholds of the response time in seconds. */
  readonly warning: Option<Range, RangeInput, "optional">;
  /** Thresholds of the response time in seconds. */
  readonly critical: Option<Range, RangeInput, "optional">;
  /** The time limit in seconds. */
  readonly timeout: Option<number, number | string, "default">;
  /** Whether TLS is spoken. */
  readonly ssl: Option<boolean, boolean, "default">;
  /** Whether the host's name is asked for in the TLS handshake. */
  readonly sni: Option<boolean, boolean, "default">;
  /** Days that the certificate must last. */
  readonly certificate: Option<string, string, "optional">;
  /** Whether the page is asked for too. */
  readonly continueAfterCertificate: Option<boolean, boolean, "default">;
  /** What the status line must hold. */
  readonly expect: Option<string[], string | readonly string[], "optional">;
  /** What the header lines must hold. */
  readonly headerString: Option<string, string, "optional">;
  /** What the body must hold. */
  readonly string: Option<string, string, "optional">;
  /** What must be found in the body. */
  readonly regex: Option<string, string, "optional">;
  /** The same, upper and lower case being one. */
  readonly eregi: Option<string, string, "optional">;
  /** Whether the pattern must not be found. */
  readonly invertRegex: Option<boolean, boolean, "default">;
  /** Whether the pattern may span lines. */
  readonly linespan: Option<boolean, boolean, "default">;
  /** Least and most bytes. */
  readonly pagesize: Option<string, string, "optional">;
  /** How old the page may be. */
  readonly maxAge: Option<number, number | string, "optional">;
  /** What is done with a redirect. */
  readonly onredirect: Option<OnRedirect, OnRedirect, "default">;
  /** How many redirects are followed. */
  readonly maxRedirs: Option<number, number | string, "default">;
  /** Where else redirects may lead. */
  readonly redirectHosts: Option<string[], string | readonly string[], "optional">;
  /** The method. */
  readonly method: Option<string, string, "optional">;
  /** The body of the request. */
  readonly post: Option<string, string, "optional">;
  /** The type of that body. */
  readonly contentType: Option<string, string, "default">;
  /** The User-Agent header. */
  readonly useragent: Option<string, string, "default">;
  /** Further header lines. */
  readonly header: Option<string[], string | readonly string[], "optional">;
  /** User and password. */
  readonly authorization: Option<string, string, "optional">;
  /** Whether to stop after the head. */
  readonly noBody: Option<boolean, boolean, "default">;
  /** Whether each step's time is perfdata too. */
  readonly extendedPerfdata: Option<boolean, boolean, "default">;
};

const line = /\P{Cc}*/u;

/** The same as data. */
export const httpOptions: HttpOptions = {
  hostname: option.text({
    short: "H",
    description: "Host to ask for, with a port or without; connected to unless -I is given",
    pattern: /[\w.:%[\]\-]+/u,
    maxLength: 255,
  }),
  ipAddress: option.text({
    short: "I",
    description: "Address or name to connect to",
    pattern: /[\w.:%[\]\-]+/u,
    maxLength: 255,
  }),
  port: option.integer({
    short: "p",
    description: "Port to connect to; 80, or 443 with TLS, where left out",
    min: 1,
    max: 65535,
  }),
  url: option.text({
    short: "u",
    description: "Path and query to ask for",
    default: "/",
    pattern: /[^\s\p{Cc}]+/u,
    maxLength: 8192,
  }),
  warning: option.range({ short: "w", description: "Warn outside this range of seconds" }),
  critical: option.range({ short: "c", description: "Critical outside this range of seconds" }),
  timeout: option.duration({
    short: "t",
    description: "Time limit in seconds; beyond the critical time where that is later",
    default: 10,
  }),
  ssl: option.flag({ short: "S", description: "Speak TLS; the certificate is not verified" }),
  sni: option.flag({ description: "Name the host in the TLS handshake", default: true }),
  certificate: option.text({
    short: "C",
    description: "Days that the certificate must last: 14, or 14,7 for WARNING and CRITICAL",
    pattern: certificateDaysPattern,
  }),
  continueAfterCertificate: option.flag({ description: "With -C, ask for the page too" }),
  expect: option.list({
    short: "e",
    description: "Texts of which the status line must hold one; the status is not judged then",
  }),
  headerString: option.text({ short: "d", description: "Text that the headers must hold" }),
  string: option.text({ short: "s", description: "Text that the page must hold" }),
  regex: option.text({
    short: "r",
    description: "Pattern that must be found in the first 256 KiB of the page",
    maxLength: 2048,
  }),
  eregi: option.text({
    short: "R",
    description: "The same, upper and lower case being one",
    maxLength: 2048,
  }),
  invertRegex: option.flag({ description: "The pattern must not be found" }),
  linespan: option.flag({ short: "l", description: "The pattern's dot takes line breaks" }),
  pagesize: option.text({
    short: "m",
    description: "Least bytes, or least:most, of the response with its headers",
    pattern: /\d{1,15}(?::\d{1,15})?/,
  }),
  maxAge: option.duration({
    short: "M",
    description: "How old the page may be by its Last-Modified header",
  }),
  onredirect: option.oneOf({
    short: "f",
    description: "State of a redirect, or follow it; sticky keeps the address, stickyport the port",
    values: ["ok", "warning", "critical", "follow", "sticky", "stickyport"],
    default: "ok",
  }),
  maxRedirs: option.integer({
    description: "How many redirects are followed",
    default: 15,
    min: 0,
    max: 100,
  }),
  redirectHosts: option.list({
    description: "host:port of other places that redirects may lead to",
    pattern: /[\w.%\-]+:\d+|\[[\w.:%]+\]:\d+/u,
  }),
  method: option.text({ short: "j", description: "HTTP method", pattern: /[A-Za-z]{1,20}/ }),
  post: option.text({ short: "P", description: "Body to send", maxLength: 65536 }),
  contentType: option.text({
    short: "T",
    description: "Type of that body",
    default: "application/x-www-form-urlencoded",
    pattern: line,
  }),
  useragent: option.text({
    short: "A",
    description: "User-Agent header",
    default: "check_http (Checkwright)",
    pattern: line,
  }),
  header: option.list({
    short: "k",
    description: "Further header lines, such as X-Probe: 1",
    pattern: line,
    maxLength: 8192,
  }),
  authorization: option.text({ short: "a", description: "user:password to authenticate with" }),
  noBody: option.flag({ short: "N", description: "Stop after the headers" }),
  extendedPerfdata: option.flag({ short: "E", description: "Show the time of each step" }),
};
