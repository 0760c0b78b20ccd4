import { formatHostPort } from "../../net/host_port.ts";
import { formatDuration } from "../../nagios/units.ts";
import type { ManifestCommand, ManifestPlugin } from "../manifest.ts";
import type { Settings } from "../settings.ts";

/**
 * Converts settings to the form of a settings file.
 *
 * @param settings the settings, after reading
 * @returns the same names, with strings for durations and addresses
 */
export function writeSettings(settings: Settings): Record<string, unknown> {
  const { listen, timeout, limits } = settings;
  const addresses = listen.map(formatHostPort);
  return {
    ...settings,
    listen: addresses.length === 1 ? addresses[0] : addresses,
    timeout: writeSpan(timeout),
    limits: {
      ...limits,
      handshake: writeSpan(limits.handshake),
      query: writeSpan(limits.query),
      response: writeSpan(limits.response),
    },
  };
}

// Writes 60s rather than 1m, as is usual for timeouts of a daemon.
function writeSpan(seconds: number): string {
  return Number.isInteger(seconds) && seconds < 120 ? `${seconds}s` : formatDuration(seconds);
}

/**
 * Converts a command to the form of a settings file.
 *
 * @param command the command
 * @returns its settings, with `options` for a check's values `plugin` for a plugin's path and
 * arguments, and `shell` for a shell line
 */
export function writeCommand(command: ManifestCommand): Record<string, unknown> {
  const { timeout, cache, ...rest } = command;
  return {
    ...rest,
    timeout: writeSpan(timeout),
    ...(cache !== undefined && { cache: writeSpan(cache) }),
    ...(command.kind === "check" ? { options: command.values } : {}),
    ...(command.kind === "plugin" ? { plugin: writeLine(command) } : {}),
    ...(command.kind === "shell" ? { shell: command.line } : {}),
  };
}

function writeLine({ argv, unsplit = [] }: ManifestPlugin): unknown[] {
  return argv.map((word, index) => unsplit.includes(index) ? { word } : word);
}
