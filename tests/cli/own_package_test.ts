import { assertEquals } from "@std/assert";
import { findPackage } from "../../src/cli/own_package.ts";
import { VERSION } from "../../src/daemon/version.ts";

Deno.test(
  "findPackage() returns a relative path for a nearby checkout, otherwise an absolute path",
  {
    permissions: "none",
  },
  () => {
    const cases: [folder: string, root: string, lead: string, main: string][] = [
      ["/tmp/checks", "/opt/cw/", "/opt/cw", "/opt/cw/src/cli/main.ts"],
      ["/opt/checks", "/opt/cw/", "/opt/cw", "/opt/cw/src/cli/main.ts"],
      ["/home/me/checks", "/home/me/cw/", "../../cw", "../cw/src/cli/main.ts"],
      ["/home/me/cw/x", "/home/me/cw/", "../..", "../src/cli/main.ts"],
      ["/home/me/shop", "/home/me/shop/vendor/cw/", "../vendor/cw", "vendor/cw/src/cli/main.ts"],
      [
        "/tmp/x",
        "/opt/it's%20$1/",
        "/opt/it's%20%241",
        "'file:///opt/it%27s%20$1/src/cli/main.ts'",
      ],
    ];
    for (const [folder, root, lead, main] of cases) {
      const found = findPackage(folder, new URL(`file://${root}`));
      assertEquals(found.main, main);
      assertEquals(
        Object.values(found.modules).map((code) => code.trim().split("\n").at(-1)),
        [`export * from "${lead}/src/mod.ts";`, `export * from "${lead}/checks/mod.ts";`],
      );
    }
  },
);

Deno.test(
  "findPackage() returns the version of the published package",
  { permissions: "none" },
  () => {
    const jsr = `jsr:@checkwright/checkwright@^${VERSION}`;
    assertEquals(findPackage("/tmp/x", new URL("https://jsr.io/@checkwright/checkwright/1.0.0/")), {
      imports: {
        "@checkwright/checkwright": jsr,
        "@checkwright/checkwright/checks": `${jsr}/checks`,
      },
      modules: {},
      main: `${jsr}/cli`,
    });
  },
);
