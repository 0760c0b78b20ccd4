/** Prepares a folder from which throw-away processes start. */
import { generateKeyPairSync } from "node:crypto";
import { builtinModules } from "node:module";
import { createSelfSigned } from "../../src/certificate/self_signed.ts";
import { bundle } from "../../src/project/bundle.ts";
import { importMap } from "../../src/runner/builtin_modules.ts";
import type { Setting } from "./outcome.ts";

/** The permissions of the sandbox: `none`, or `wide`, which grants some entries of each kind. */
export type PermissionSet = "wide" | "none";

/** Bundles the programs into a folder. */
export async function bundlePrograms(folder: string): Promise<void> {
  const sources = {
    runtime: "../../src/runner/sandbox_main.ts",
    inside: "./inside.ts",
    process: "./process.ts",
  };
  for (const [name, source] of Object.entries(sources)) {
    const code = await bundle(new URL(source, import.meta.url));
    await Deno.writeTextFile(`${folder}/${name}.js`, code);
  }
  const imports = importMap(`file://${folder}/process.js`);
  await Deno.writeTextFile(`${folder}/imports.json`, JSON.stringify(imports));
}

/**
 * Creates the setting of a search.
 *
 * @param folder the folder of the programs
 * @param name the permissions
 * @param port a port of the loopback that accepts connections
 */
export async function createSetting(
  folder: string,
  name: PermissionSet,
  port: number,
): Promise<Setting> {
  const { cert } = await createSelfSigned({ names: ["localhost"] });
  const pkcs8 = { type: "pkcs8", format: "pem" } as const;
  const size = { modulusLength: 1024 };
  const setting: Setting = {
    folder,
    permissions: {},
    modules: [...new Set([...builtinModules, "sqlite", "test", "test/reporters"])],
    facts: {
      ...{ port, pem: cert },
      rsapem: generateKeyPairSync("rsa", size).privateKey.export(pkcs8),
      dsapem: generateKeyPairSync("dsa", { ...size, divisorLength: 160 }).privateKey.export(pkcs8),
    },
  };
  if (name === "none") return setting;
  const own = `${folder}/files`;
  await Deno.mkdir(own, { recursive: true });
  await Deno.writeTextFile(`${own}/file`, "text\n");
  return {
    ...setting,
    facts: { ...setting.facts, folder: own, file: `${own}/file`, out: `${own}/out` },
    permissions: {
      ...{ read: [own], write: [own], net: [`127.0.0.1:${port}`], env: ["CRASH_SEARCH"] },
      ...{
        run: ["/usr/bin/true"],
        sys: ["hostname", "osRelease", "loadavg", "cpus", "uid", "gid"],
      },
    },
  };
}
