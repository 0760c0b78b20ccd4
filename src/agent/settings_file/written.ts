import { formatHostPort } from "../../net/host_port.ts";
import { formatDuration } from "../../nagios/units.ts";
import type { ManifestCommand } from "../manifest.ts";
import type { Settings } from "../settings.ts";

/**
 * Settings as a settings file would say them.
 *
 * @param settings the settings, read
 * @returns the same names, with texts for spans and addresses
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

// As most people write the spans of a daemon: 60s rather than 1m.
function writeSpan(seconds: number): string {
  return Number.isInteger(seconds) && seconds < 120 ? `${seconds}s` : formatDuration(seconds);
}

/**
 * What a settings file would say of a command.
 *
 * @param command the command
 * @returns its settings, with `options` for a check's values and `plugin` for a plugin's words
 */
export function writeCommand(command: ManifestCommand): Record<string, unknown> {
  const { timeout, cache, ...rest } = command;
  return {
    ...rest,
    timeout: writeSpan(timeout),
    ...(cache !== undefined && { cache: writeSpan(cache) }),
    ...(command.kind === "check" ? { options: command.values } : {}),
    ...(command.kind === "plugin" ? { plugin: command.argv } : {}),
  };
}
