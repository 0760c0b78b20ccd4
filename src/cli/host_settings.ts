import { parse } from "@std/yaml";
import { AgentError } from "../agent/diagnostic.ts";
import type { HostSettings } from "../agent/manifest.ts";

/**
 * Reads the host's settings: YAML with the names that an agent has, but no commands.
 *
 * @param path the file; undefined where there is none
 * @returns the settings, to be checked together with the agent
 * @throws {AgentError} where the file cannot be read, or is no list of settings
 */
export async function readHostSettings(path: string | undefined): Promise<HostSettings> {
  if (path === undefined) return {};
  try {
    const settings = parse(await Deno.readTextFile(path)) ?? {};
    if (typeof settings !== "object" || Array.isArray(settings)) {
      throw new Error("Expected names and values");
    }
    if ("commands" in settings) throw new Error("Commands belong into the agent");
    return settings as HostSettings;
  } catch (error) {
    throw new AgentError([{ place: path, message: (error as Error).message, severity: "error" }]);
  }
}
