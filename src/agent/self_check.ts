import { type CheckCommand, defineCheck } from "../check/define_check.ts";
import { option } from "../check/option.ts";
import { evaluate, type Perfdata } from "../nagios/perfdata.ts";
import { formatDuration } from "../nagios/units.ts";

/** The name of the self check. It is added unless the agent has a command with this name. */
export const SELF_CHECK_NAME = "check_agent";

/** Facts that a daemon reports about itself. */
export interface SelfReport {
  /** The version of Checkwright. */
  version: string;
  /** The version of the agent; undefined if it has none. */
  agent?: string | undefined;
  /** Seconds since the daemon's process started. */
  uptime: number;
  /**
   * The number of answers by outcome: `done`, `timeout`, `failed`, `busy`, `refused`, `undefined`,
   * `version`.
   */
  answers: Readonly<Record<string, number>>;
  /** Number of answers that reported a refused permission. */
  refusedPermissions: number;
  /** Number of workers that could not be ended. */
  abandoned: number;
  /** Commands in quarantine, which are not run. */
  quarantined: readonly string[];
  /** Number of sandboxes that exist. */
  sandboxes: number;
  /**
   * Seconds since the last reload, and the reason if it failed; undefined if there was no reload.
   */
  reload?: { age: number; reason?: string | undefined } | undefined;
  /** Days until the certificate expires; undefined without TLS. */
  certificateDays?: number | undefined;
}

/**
 * Makes the self check, the command that reports the status of the daemon itself.
 *
 * @param report returns the facts; called at each run
 * @returns the command; it needs no permissions
 */
export function selfCheck(report: () => SelfReport): CheckCommand {
  return defineCheck({
    description: "The agent itself: answers, quarantine, sandboxes, reload, certificate",
    options: {
      warning: option.range({
        short: "w",
        description: "Warn if the number of quarantined commands is outside this range",
        default: "0",
      }),
      critical: option.range({
        short: "c",
        description: "Critical if the number of quarantined commands is outside this range",
      }),
      certificateWarning: option.range({
        short: "W",
        description:
          "Warn if the number of days until the certificate expires is outside this range",
        default: "14:",
      }),
      certificateCritical: option.range({
        short: "C",
        description:
          "Critical if the number of days until the certificate expires is outside this range",
        default: "7:",
      }),
    },
    run({ warning, critical, certificateWarning, certificateCritical }) {
      const { version, agent, uptime, answers, quarantined, reload, certificateDays, ...counts } =
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
      const worst = state === "OK" && reload?.reason !== undefined ? "WARNING" : state;
      const parts = [
        ...(agent === undefined ? [] : [`version ${agent}`]),
        `Checkwright ${version}`,
        `up ${formatDuration(Math.floor(uptime))}`,
        `${total} answers`,
      ];
      if (quarantined.length > 0) parts.push(`quarantined: ${quarantined.join(", ")}`);
      if (reload?.reason !== undefined) parts.push(`the last reload failed: ${reload.reason}`);
      return { state: worst, output: `AGENT ${worst} - ${parts.join(", ")}`, perfdata };
    },
  })({}, { acceptArguments: true });
}
