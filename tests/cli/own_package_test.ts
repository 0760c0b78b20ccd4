import { assertEquals } from "@std/assert";
import { findPackage, readCopy } from "../../src/cli/own_package.ts";
import { VERSION } from "../../src/daemon/version.ts";

Deno.test("findPackage() returns a copy of a checkout, or the version of a published package", {
  permissions: "none",
}, () => {
  const root = new URL("file:///opt/cw/");
  assertEquals(findPackage("file:///opt/cw/src/cli/own_package.ts"), {
    imports: {
      "@checkwright/checkwright": "./checkwright/src/mod.ts",
      "@checkwright/checkwright/checks": "./checkwright/checks/mod.ts",
    },
    main: "checkwright/src/cli/main.ts",
    copied: root,
  });
  const published = (kind: string) => {
    const target = `${kind}:@checkwright/checkwright@^${VERSION}`;
    return {
      imports: {
        "@checkwright/checkwright": target,
        "@checkwright/checkwright/checks": `${target}/checks`,
      },
      main: `${target}/cli`,
    };
  };
  const jsr = "https://jsr.io/@checkwright/checkwright/1.0.0/src/cli/own_package.ts";
  assertEquals(findPackage(jsr), published("jsr"));
  const npm = "file:///app/node_modules/@checkwright/checkwright/src/cli/own_package.js";
  assertEquals(findPackage(npm), { ...published("npm"), npm: "npm:@checkwright/checkwright" });
});

Deno.test("A copy contains the modules and the templates, and refers to nothing outside", async () => {
  const copy = await readCopy(new URL("../../", import.meta.url));
  const { links, imports } = JSON.parse(copy["deno.json"]!);
  assertEquals(links, undefined);
  for (const target of Object.values<string>(imports)) {
    const known = target.startsWith("npm:") || Object.hasOwn(copy, target.slice(2));
    assertEquals(known, true, target);
  }
  for (
    const path of [
      "src/mod.ts",
      "checks/mod.ts",
      "src/check/README.md",
      "checks/README.md",
      "deno.lock",
    ]
  ) {
    assertEquals(Object.hasOwn(copy, path), true, path);
  }
});

Deno.test("The import map for deno install --global names the same packages as deno.json", async () => {
  const read = async (path: string): Promise<{ imports: Record<string, string> }> =>
    JSON.parse(await Deno.readTextFile(new URL(`../../${path}`, import.meta.url)));
  const { imports } = await read("deno.json");
  const needed = Object.entries(imports).filter(([name]) =>
    !["@std/assert", "@std/crypto"].includes(name)
  );
  assertEquals(
    (await read("bin/imports.json")).imports,
    Object.fromEntries(needed.map(([name, target]) => {
      const std = /^@std\/(\w+)$/.exec(name)?.[1];
      return [name, std === undefined ? target : `../src/std/${std}/mod.ts`];
    })),
  );
});
