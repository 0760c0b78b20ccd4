import { AgentError } from "../agent/diagnostic.ts";
import { debScripts } from "./deb_scripts.ts";
import type { DeployableFile } from "./deployable.ts";
import { control, type DebEntry, debTree, makesUser, SETTINGS_PATH } from "./deb_contents.ts";
import { SERVICE_USER } from "./unit_identity.ts";

/** Name and contents of a package, apart from the deployable. */
export interface DebOptions {
  /** The folder that the package is written to. */
  output: string;
  /** The version of the package, in Debian's form: `1.2.0`, `1:2.0~rc1-3`. */
  version: string;
  /** The name of the package (default: `checkwright-agent`). */
  name?: string;
  /** The maintainer: a name and a mail address. */
  maintainer?: string;
  /** The path of a Deno executable to include. Without it, each host needs its own Deno. */
  runtime?: string;
  /** Debian's name of the architecture of `runtime` (default: the architecture of this machine). */
  architecture?: string;
}

/**
 * The date of every file in the package. A fixed date makes builds reproducible. It is older than
 * any Debian that the runtime runs on.
 */
const epoch = Date.UTC(2020, 0, 1) / 1000;

/**
 * xz at level 0. Every Debian that the runtime runs on can read it. For the 95 MB of the runtime it
 * needs 4 s and results in 36 MB; gzip: 4 s, 42 MB; xz at dpkg-deb's default level: 44 s, 31 MB (2
 * cores). zstd would need half a second, but only Debian 12 and later can read it.
 */
const compression = ["-Zxz", "-z0"];

/**
 * Builds a Debian package that installs a deployable as a service. Needs `dpkg-deb`.
 *
 * @param files the files of the deployable, by name
 * @param options name, version and further contents
 * @returns the path of the package
 * @throws {AgentError} if `dpkg-deb` is missing or fails
 * @throws {SyntaxError} if Debian does not allow the name, version, architecture or maintainer
 */
export async function buildDeb(
  files: Readonly<Record<string, DeployableFile>>,
  options: DebOptions,
): Promise<string> {
  const { name = "checkwright-agent", version, runtime, output } = options;
  check("package name", name, /^[a-z0-9][a-z0-9+.-]+$/, "checkwright-agent");
  check("version", version, /^(\d+:)?\d[A-Za-z0-9.+~-]*$/, "1.2.0");
  const architecture = runtime === undefined ? "all" : options.architecture ?? thisArchitecture();
  check("architecture", architecture, /^[a-z0-9-]+$/, "amd64");
  const maintainer = options.maintainer ?? "Checkwright <root@localhost>";
  check("maintainer", maintainer, /^[^\p{C}<>]+ <[^\s\p{C}<>]+>$/u, "Name <name@example.com>");

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
    // Names of package files do not contain the epoch of the version (`1:`).
    const path = `${output}/${name}_${version.replace(/^\d+:/, "")}_${architecture}.deb`;
    // The path can be a link to another file. A rename replaces the link itself.
    const temporary = `${output}/.${crypto.randomUUID()}.deb`;
    try {
      await dpkgDeb([...compression, "--root-owner-group", "--build", root, temporary]);
      await Deno.rename(temporary, path);
    } finally {
      await Deno.remove(temporary).catch(() => {});
    }
    return path;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/**
 * Writes files below a folder, with modes that ignore the umask. Returns the total size in bytes.
 */
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
  if (code !== 0) throw debError(`dpkg-deb: ${new TextDecoder().decode(stderr).trim()}`);
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
    throw debError(
      "Cannot build a Debian package without dpkg-deb: expected it in PATH (package dpkg)",
    );
  }
}

function debError(message: string): AgentError {
  return new AgentError([{ place: "--deb", message, severity: "error" }]);
}

function check(what: string, value: string, pattern: RegExp, example: string): void {
  if (pattern.test(value)) return;
  throw new SyntaxError(
    `Invalid ${what} ${JSON.stringify(value)}: expected Debian's form, such as ` +
      JSON.stringify(example),
  );
}

function thisArchitecture(): string {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}
