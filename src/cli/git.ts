import type { Manifest } from "../agent/manifest.ts";
import { decodeText } from "../nagios/text.ts";

/**
 * Adds the version of an agent that does not set one: the last tag, the number of commits since,
 * the commit, and `-dirty` if files have changes.
 *
 * @param path the path of the agent's module
 * @param manifest the agent
 * @returns the agent; without a version if git, a repository or a commit is missing
 */
export async function withVersion(path: string, manifest: Manifest): Promise<Manifest> {
  if (manifest.version !== undefined) return manifest;
  const described = await git(path, ["describe", "--tags", "--always", "--abbrev=10"]);
  if (described === undefined) return manifest;
  // In a submodule, git would run with the configuration of the submodule.
  const options = ["--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"];
  const found = await git(path, ["status", ...options]) === "" ? described : `${described}-dirty`;
  // Names of tags may contain other characters, such as slashes.
  return { ...manifest, version: found.replaceAll(/[^0-9A-Za-z.+~_-]+/g, "-").slice(0, 64) };
}

/** Settings that prevent that git starts programs which the configuration of a repository names. */
const harmless: readonly Setting[] = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["log.showSignature", "false"],
];

type Setting = readonly [key: string, value: string];

/**
 * Runs git in the folder of a file. Git starts no program that the configuration of the repository
 * names, and uses no network.
 *
 * @param path the path of the file
 * @param args the arguments of git
 * @returns the output without blanks around it; undefined if git is missing, fails or takes too long,
 * or if a filter of the repository cannot be disabled
 */
export async function git(path: string, args: readonly string[]): Promise<string | undefined> {
  const folder = path.replace(/[^/]*$/, "") || ".";
  const filters = await filtersOf(folder);
  if (filters === undefined) return undefined;
  const output = await runGit(folder, args, [...harmless, ...filters]);
  return output && new TextDecoder().decode(output).trim();
}

/** A scope, a key and a value of git's configuration, each with NUL or a line break after it. */
const ENTRY = /([^\0]*)\0([^\0\n]*)(?:\n[^\0]*)?\0/g;

const FILTER = /^filter\.[^]*\.(?:clean|process|required)$/;

// Returns settings without the filters of the repository. To compare a changed file, git starts the
// filter for it. The filters of the user, for example those of Git LFS, stay. The name of a filter can
// contain any bytes. If they are not UTF-8, the environment cannot contain the name.
async function filtersOf(folder: string): Promise<Setting[] | undefined> {
  const list = ["config", "--show-scope", "--includes", "-z", "--list"];
  const found = await runGit(folder, list, []);
  if (found === undefined) return undefined;
  const settings: Setting[] = [];
  for (const [, scope = "", key = ""] of decodeText(found).matchAll(ENTRY)) {
    if (!FILTER.test(key) || (scope !== "local" && scope !== "worktree")) continue;
    if (!key.isWellFormed()) return undefined;
    settings.push([key, key.endsWith(".required") ? "false" : ""]);
  }
  return settings;
}

/** The timeout of git, in milliseconds: it would wait for a FIFO in the repository forever. */
const timeoutMilliseconds = 20_000;

async function runGit(
  folder: string,
  args: readonly string[],
  settings: readonly Setting[],
): Promise<Uint8Array | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      signal: AbortSignal.timeout(timeoutMilliseconds),
      args: ["-C", folder, ...args],
      env: {
        ...inEnvironment(settings),
        // Without this, git would write the index, fetch missing objects, and start a pager.
        GIT_OPTIONAL_LOCKS: "0",
        GIT_ALLOW_PROTOCOL: "none",
        GIT_PAGER: "cat",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? stdout : undefined;
  } catch {
    return undefined;
  }
}

// An argument such as `-c KEY=VALUE` cannot contain a key with an equals sign.
function inEnvironment(settings: readonly Setting[]): Record<string, string> {
  const before = Number(Deno.env.get("GIT_CONFIG_COUNT") ?? 0) || 0;
  const entries = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return { ...Object.fromEntries(entries), GIT_CONFIG_COUNT: String(before + settings.length) };
}
