import { freePort } from "../ports.ts";
import { runToEnd, until } from "../waiting.ts";

/** The limit for one program, in milliseconds: npm downloads packages. */
const limit = 300_000;

/** A registry of npm packages on this machine; it gets all other packages from the public registry. */
export interface NpmRegistry extends AsyncDisposable {
  /** The URL, for NPM_CONFIG_REGISTRY. */
  url: string;
  /** Publishes a package. */
  publish(archive: string): Promise<void>;
}

/**
 * Runs a program until it exits.
 *
 * @returns the standard output
 * @throws {Error} with the output if the exit code is not 0
 */
export async function must(
  program: string,
  args: string[],
  options: Deno.CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(program, { ...options, args }, limit);
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code !== 0) {
    throw new Error(`${program} ${args.join(" ")} exited with ${code}:\n${out}${error}`);
  }
  return out!;
}

/**
 * Installs and starts verdaccio.
 *
 * @param folder an empty folder for the program and its packages
 */
export async function startNpmRegistry(folder: string): Promise<NpmRegistry> {
  const options = { cwd: folder };
  const upstream = (await must("npm", ["config", "get", "registry"], options)).trim();
  await Deno.writeTextFile(
    `${folder}/package.json`,
    // A dependency of verdaccio names a tag, which not each registry has.
    JSON.stringify({ private: true, overrides: { "node-fetch": "2.7.0" } }),
  );
  await must("npm", ["install", "--no-audit", "--no-fund", "verdaccio@6.8.0"], options);
  await Deno.writeTextFile(
    `${folder}/config.yaml`,
    `storage: ./storage
auth:
  htpasswd:
    file: ./htpasswd
uplinks:
  upstream:
    url: ${JSON.stringify(upstream)}
packages:
  '@checkwright/*':
    access: $all
    publish: $all
  'checkwright':
    access: $all
    publish: $all
  '**':
    access: $all
    proxy: upstream
log: { type: stdout, level: warn }
`,
  );
  const address = `127.0.0.1:${freePort()}`;
  const child = new Deno.Command("node", {
    args: ["node_modules/verdaccio/bin/verdaccio", "-c", "config.yaml", "-l", address],
    ...{ cwd: folder, stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  const url = `http://${address}`;
  await until("verdaccio", () =>
    fetch(`${url}/-/ping`).then(async (response) => {
      await response.body?.cancel();
      return response.ok;
    }, () => false));
  return {
    url,
    async publish(archive) {
      const token = `--//${address}/:_authToken=test`;
      const flags = ["--access=public", `--registry=${url}`, token];
      await must("npm", ["publish", archive, ...flags], options);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
