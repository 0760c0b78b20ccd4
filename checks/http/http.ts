import {
  type Check,
  type CheckResult,
  defineCheck,
  type OptionValues,
  type ServiceTls,
  worst,
} from "../../src/mod.ts";
import { addressFamily } from "../_address_family.ts";
import { alertState } from "../_alert_state.ts";
import { parseCertificateDays } from "../_certificate.ts";
import { netPermission } from "../_net_permission.ts";
import { parsePattern } from "../_posix_pattern.ts";
import { withinSeconds } from "../_time_limit.ts";
import { readVerification } from "../_tls.ts";
import { type HttpQuestion, presentPage } from "./_http_answer.ts";
import { type HttpOptions, httpOptions, type OnRedirect } from "./_http_options.ts";
import { readPlace } from "./_http_place.ts";
import { type HttpOutcome, type HttpSession, readPage } from "./_http_session.ts";
import { type TlsVersion, versionSettings } from "./_tls_version.ts";

export type { HttpOptions, OnRedirect, TlsVersion };

/**
 * Checks a web page like `check_http` of monitoring-plugins: status, content, age, size, response
 * time, and the days until the certificate expires.
 *
 * Redirects may lead to the same host on its own port, 80 or 443. Declare other hosts in
 * `redirectHosts`. The first 16 MiB of the page are searched. A pattern that backtracks a lot can
 * block the check until its deadline, so accept patterns over the wire from trusted clients only.
 * Without `verifyCert`, any certificate is accepted, as in `check_http`.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { http } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_shop: http({ hostname: "shop.example", ssl: true, url: "/health", string: "ready" }),
 *     check_shop_cert: http({ hostname: "shop.example", certificate: "14,7" }),
 *   },
 * });
 * ```
 */
export const http: Check<HttpOptions> = defineCheck<HttpOptions>({
  description: "Status, content, age, size, response time and certificate of a web page",
  options: httpOptions,
  permissions: (options, { acceptArguments }) => ({
    net: reachable(options),
    ...((options.verifyCert || acceptArguments) && { read: [options.caCert] }),
  }),
  alertsWithoutThresholds: true,
  inspect: inspectIgnored,
  async run(options, { signal }) {
    const { session, question } = readOptions(options, await readVerification(options));
    const { timeout } = question;
    const outcome = await withinSeconds(timeout, signal, (limit) => readPage(session, limit));
    if (outcome !== undefined) return present(outcome, question);
    const output = `CRITICAL - Socket timeout after ${timeout} seconds`;
    return { state: "CRITICAL", output };
  },
});

type Values = OptionValues<HttpOptions>;

/** Returns all addresses that a request may connect to. */
function reachable(options: Values): string[] {
  const { hostname, ipAddress } = options;
  if (hostname === undefined && ipAddress === undefined) return [];
  const { address, host = address, port, hostPort = port } = readPlace(options);
  const places = [netPermission(address, port)];
  if (isFollowed(options.onredirect)) {
    const hosts = options.onredirect === "follow" ? [address, host] : [address];
    const ports = [port, hostPort, 80, 443];
    places.push(...hosts.flatMap((host) => ports.map((port) => netPermission(host, port))));
    places.push(...(options.redirectHosts ?? []));
  }
  return [...new Set(places)];
}

function isFollowed(rule: OnRedirect): rule is "follow" | "sticky" | "stickyport" {
  return rule !== "ok" && rule !== "warning" && rule !== "critical";
}

/** Options that are compared with the page. */
const pageOptions = [
  ...["expect", "headerString", "string", "regex", "eregi", "pagesize", "maxAge"] as const,
];

/** Warns of options that are ignored. */
function inspectIgnored(options: Values): string[] {
  const pattern = options.eregi ?? options.regex;
  const warnings: string[] = [];
  // As in the plugin, `-C` alone does not request the page.
  if (options.certificate !== undefined && !options.continueAfterCertificate) {
    const ignored = pageOptions.filter((name) => options[name] !== undefined);
    if (ignored.length > 0) {
      warnings.push(
        "With certificate (-C), the page is not requested: set continueAfterCertificate, or omit " +
          ignored.join(", "),
      );
    }
  }
  if (options.noBody && (options.string !== undefined || pattern !== undefined)) {
    warnings.push("With noBody (-N), the body is not searched: omit noBody, string and patterns");
  }
  if (options.invertRegex && pattern === undefined) {
    warnings.push("invertRegex applies to patterns only: set regex (-r) or eregi (-R)");
  }
  return warnings;
}

function readOptions(
  options: Values,
  verification: Pick<ServiceTls, "verify" | "ca">,
): { session: HttpSession; question: HttpQuestion } {
  const { onredirect, certificate, critical, linespan, pagesize } = options;
  const follow = isFollowed(onredirect) ? onredirect : undefined;
  const pattern = options.eregi ?? options.regex;
  const settings = { linespan, ignoreCase: options.eregi !== undefined };
  // As in the plugin, empty strings between commas are ignored: they would match every status line.
  const expect = options.expect?.filter((part) => part !== "");
  // The response to HEAD announces the length of a body that it does not contain.
  const headOnly = options.noBody || /^head$/i.test(options.method ?? "");
  const [min = 0, max = 0] = (pagesize ?? "").split(":").map(Number);
  return {
    session: {
      home: readPlace(options),
      request: options,
      headOnly,
      redirects: { follow, expect, maxRedirs: options.maxRedirs },
      days: certificate === undefined ? undefined : parseCertificateDays(certificate),
      afterCertificate: options.continueAfterCertificate,
      tls: (host) => ({
        ...verification,
        ...versionSettings(options.ssl),
        serverName: options.sni || options.verifyCert ? host : undefined,
      }),
      family: addressFamily(options),
    },
    question: {
      ...options,
      expect,
      headOnly,
      timeout: critical && critical.end !== Infinity && critical.end > options.timeout
        ? Math.floor(critical.end) + 1
        : options.timeout,
      redirect: isFollowed(onredirect) ? "OK" : alertState(onredirect),
      pattern: pattern === undefined ? undefined : parsePattern(pattern, settings),
      pagesize: pagesize === undefined ? undefined : { min, max },
    },
  };
}

function present({ certificate, page, failure }: HttpOutcome, question: HttpQuestion): CheckResult {
  const result = failure ?? (page && presentPage(page, question, certificate?.state));
  if (certificate === undefined) return result ?? { state: "UNKNOWN", output: "No page was read" };
  if (result === undefined) return certificate;
  return {
    state: worst(certificate.state, result.state ?? "OK"),
    output: certificate.output,
    longOutput: [result.output, result.longOutput].filter(Boolean).join("\n"),
    perfdata: [...result.perfdata ?? [], ...certificate.perfdata],
  };
}
