import { AgentError } from "../agent/diagnostic.ts";
import { debScripts } from "./deb_scripts.ts";
import type { DeployableFile } from "./deployable.ts";
import { control, type DebEntry, debTree, makesUser, SETTINGS_PATH } from "./deb_contents.ts";
import { SERVICE_USER } from "./unit_sandbox.ts";

/** How a package is named and what is in it beside the deployable. */
export interface DebOptions {
  /** The folder that the package is written to. */
  output: string;
  /** Its version, as Debian has them: `1.2.0`, `1:2.0~rc1-3`. */
  version: string;
  /** Its name; `checkwright-agent` where left out. */
  name?: string;
  /** Who answers for it; a name and an address. */
  maintainer?: string;
  /** The path of the Deno executable to put in; left out, each host has to have its own. */
  runtime?: string;
  /** Debian's name of the machine that `runtime` is for; this one where left out. */
  architecture?: string;
}

/**
 * Before any Debian that the runtime runs on. Every file is dated so: two builds of the same input
 * are the same bytes.
 */
const epoch = Date.UTC(2020, 0, 1) / 1000;

/**
 * Level 0 of xz: of all that dpkg reads on any Debian that the runtime runs on, it takes 4 s and
 * 36 MB for the runtime's 95 MB, where gzip takes 4 s and 42 MB, and xz as dpkg-deb has it 44 s and
 * 31 MB (2 cores). zstd would take half a second, but dpkg reads it since Debian 12 only.
 */
const compression = ["-Zxz", "-z0"];

/**
 * Builds a Debian package that installs a deployable as a service. Needs `dpkg-deb`.
 *
 * @param files the files of the deployable, by name
 * @param options what else there is to say
 * @returns the path of the package
 * @throws {AgentError} where `dpkg-deb` is absent or refuses
 * @throws {SyntaxError} where Debian allows no such name or version
 */
export async function buildDeb(
  files: Readonly<Record<string, DeployableFile>>,
  options: DebOptions,
): Promise<string> {
  const { name = "checkwright-agent", version, runtime, output } = options;
  check("package name", name, /^[a-z0-9][a-z0-9+.-]+$/);
  check("version", version, /^(\d+:)?\d[A-Za-z0-9.+~-]*$/);
  const architecture = runtime === undefined ? "all" : options.architecture ?? thisArchitecture();
  check("architecture", architecture, /^[a-z0-9-]+$/);
  const maintainer = options.maintainer ?? "Checkwright <root@localhost>";
  check("maintainer", maintainer, /^[^\p{C}<>]+ <[^\s\p{C}<>]+>$/u);

  const tree = debTree(files, name, runtime);
  const root = await Deno.makeTempDir({ prefix: "checkwright-deb-" });
  try {
    await Deno.chmod(root, 0o755);
    const size = await writeTree(root, tree);
    const user = makesUser(files) ? SERVICE_USER : undefined;
    await writeTree(root, {
      "DEBIAN/control": {
        text: control({
          name,
          version,
          architecture,
          maintainer,
          size,
          runtime: runtime !== undefined,
        }),
      },
      "DEBIAN/conffiles": { text: `/${SETTINGS_PATH}\n` },
      ...Object.fromEntries(
        Object.entries(debScripts(user))
          .map(([script, text]) => [`DEBIAN/${script}`, { text, mode: 0o755 }]),
      ),
    });
    await Deno.mkdir(output, { recursive: true });
    // A colon is for the epoch alone, which file names do without.
    const path = `${output}/${name}_${version.replace(/^\d+:/, "")}_${architecture}.deb`;
    await dpkgDeb([...compression, "--root-owner-group", "--build", root, path]);
    return path;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Writes files below a folder, each with its mode whatever the umask, and says how large they are. */
async function writeTree(root: string, tree: Record<string, DebEntry>): Promise<number> {
  let size = 0;
  for (const [path, entry] of Object.entries(tree)) {
    const file = `${root}/${path}`;
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
      const folder = `${root}/${path.slice(0, at)}`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.chmod(folder, 0o755);
    }
    if ("link" in entry) {
      await Deno.symlink(entry.link, file);
      continue;
    }
    if ("source" in entry) await Deno.copyFile(entry.source, file);
    else await Deno.writeTextFile(file, entry.text);
    await Deno.chmod(file, "source" in entry ? 0o755 : entry.mode ?? 0o644);
    size += (await Deno.stat(file)).size;
  }
  return size;
}

async function dpkgDeb(args: string[]): Promise<void> {
  const child = startDpkgDeb(args);
  const { code, stderr } = await child.output();
  if (code !== 0) throw fault(`dpkg-deb: ${new TextDecoder().decode(stderr).trim()}`);
}

function startDpkgDeb(args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("dpkg-deb", {
      args,
      env: { SOURCE_DATE_EPOCH: String(epoch), LC_ALL: "C" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw fault(
      "Cannot build a Debian package without dpkg-deb: expected it in PATH (package dpkg)",
    );
  }
}

function fault(message: string): AgentError {
  return new AgentError([{ place: "--deb", message, severity: "error" }]);
}

function check(what: string, value: string, pattern: RegExp): void {
  if (pattern.test(value)) return;
  throw new SyntaxError(
    `Invalid ${what} ${JSON.stringify(value)}: expected what Debian allows`,
  );
}

function thisArchitecture(): string {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}
