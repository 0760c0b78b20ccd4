import { type CheckCommand, defineCheck } from "../check/define_check.ts";
import { option } from "../check/option.ts";
import { evaluate, type Perfdata } from "../nagios/perfdata.ts";
import { formatDuration } from "../nagios/units.ts";

/** The command that tells of the daemon itself, where an agent has none of that name. */
export const SELF_CHECK_NAME = "check_agent";

/** What a daemon knows of itself. */
export interface SelfReport {
  /** The version of Checkwright. */
  version: string;
  /** Seconds since the daemon's process started. */
  uptime: number;
  /** Answers by outcome: `done`, `timeout`, `failed`, `busy`, `refused`, `undefined`, `version`. */
  answers: Readonly<Record<string, number>>;
  /** Answers that were the refusal of a permission. */
  refusedPermissions: number;
  /** Workers that could not be ended. */
  abandoned: number;
  /** Commands that are not run. */
  quarantined: readonly string[];
  /** Sandboxes alive. */
  sandboxes: number;
  /** Seconds since the last reload, and why it failed if it did; undefined where there was none. */
  reload?: { age: number; fault?: string | undefined } | undefined;
  /** Days until the certificate ends; undefined without TLS. */
  certificateDays?: number | undefined;
}

/**
 * Makes the command that tells of the daemon itself.
 *
 * @param report what it knows, asked at each run
 * @returns the command; it touches nothing
 */
export function selfCheck(report: () => SelfReport): CheckCommand {
  return defineCheck({
    description: "The agent itself: answers, quarantine, sandboxes, reload, certificate",
    options: {
      warning: option.range({
        short: "w",
        description: "Warn at so many quarantined commands",
        default: "0",
      }),
      critical: option.range({
        short: "c",
        description: "Critical at so many quarantined commands",
      }),
      certificateWarning: option.range({
        short: "W",
        description: "Warn outside these days until the certificate ends",
        default: "14:",
      }),
      certificateCritical: option.range({
        short: "C",
        description: "Critical outside these days until the certificate ends",
        default: "7:",
      }),
    },
    run({ warning, critical, certificateWarning, certificateCritical }) {
      const { version, uptime, answers, quarantined, reload, certificateDays, ...counts } =
        report();
      const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
      const counters: Perfdata[] = Object.entries(answers)
        .map(([outcome, value]) => ({ label: `answers_${outcome}`, value, uom: "c", min: 0 }));
      const perfdata: Perfdata[] = [
        { label: "uptime", value: Math.floor(uptime), uom: "s", min: 0 },
        ...counters,
        { label: "refused_permissions", value: counts.refusedPermissions, uom: "c", min: 0 },
        { label: "abandoned", value: counts.abandoned, min: 0 },
        { label: "quarantined", value: quarantined.length, warning, critical, min: 0 },
        { label: "sandboxes", value: counts.sandboxes, min: 0 },
        ...(reload === undefined
          ? []
          : [{ label: "reload_age", value: Math.floor(reload.age), uom: "s", min: 0 }]),
        ...(certificateDays === undefined ? [] : [{
          label: "certificate_days",
          value: Math.floor(certificateDays),
          warning: certificateWarning,
          critical: certificateCritical,
        }]),
      ];
      const state = evaluate(perfdata);
      const worst = state === "OK" && reload?.fault !== undefined ? "WARNING" : state;
      const parts = [
        `Checkwright ${version}`,
        `up ${formatDuration(Math.floor(uptime))}`,
        `${total} answers`,
      ];
      if (quarantined.length > 0) parts.push(`quarantined: ${quarantined.join(", ")}`);
      if (reload?.fault !== undefined) parts.push(`the last reload failed: ${reload.fault}`);
      return { state: worst, output: `AGENT ${worst} - ${parts.join(", ")}`, perfdata };
    },
  })({}, { acceptArguments: true });
}
