import { assertEquals } from "@std/assert";
import { findPackage, readCopy } from "../../src/cli/own_package.ts";
import { VERSION } from "../../src/daemon/version.ts";

Deno.test("findPackage() returns a copy of a folder, or the version of the published package", {
  permissions: "none",
}, () => {
  const root = new URL("file:///opt/cw/");
  assertEquals(findPackage(root), {
    imports: {
      "@checkwright/checkwright": "./checkwright/src/mod.ts",
      "@checkwright/checkwright/checks": "./checkwright/checks/mod.ts",
    },
    main: "checkwright/src/cli/main.ts",
    copied: root,
  });
  const jsr = `jsr:@checkwright/checkwright@^${VERSION}`;
  assertEquals(findPackage(new URL("https://jsr.io/@checkwright/checkwright/1.0.0/")), {
    imports: {
      "@checkwright/checkwright": jsr,
      "@checkwright/checkwright/checks": `${jsr}/checks`,
    },
    main: `${jsr}/cli`,
  });
});

Deno.test("A copy contains the modules and the templates, and refers to nothing outside", async () => {
  const copy = await readCopy(new URL("../../", import.meta.url));
  const { links, imports } = JSON.parse(copy["deno.json"]!);
  assertEquals(links, undefined);
  for (const target of Object.values<string>(imports)) {
    const known = target.startsWith("npm:") || Object.hasOwn(copy, target.slice(2));
    assertEquals(known, true, target);
  }
  for (const path of ["src/mod.ts", "checks/mod.ts", "src/cli/init/README.md", "deno.lock"]) {
    assertEquals(Object.hasOwn(copy, path), true, path);
  }
  assertEquals(Object.hasOwn(copy, "src/README.md"), false);
});
