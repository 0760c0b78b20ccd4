import { assertEquals } from "@std/assert";
import { findPackage } from "../../src/cli/own_package.ts";
import { VERSION } from "../../src/daemon/version.ts";

Deno.test(
  "A project finds a checkout by its path: a relative one from nearby, an absolute one from afar",
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

Deno.test("A project finds the published package by its version", { permissions: "none" }, () => {
  const jsr = `jsr:@checkwright/checkwright@^${VERSION}`;
  assertEquals(findPackage("/tmp/x", new URL("https://jsr.io/@checkwright/checkwright/1.0.0/")), {
    imports: {
      "@checkwright/checkwright": jsr,
      "@checkwright/checkwright/checks": `${jsr}/checks`,
    },
    modules: {},
    main: `${jsr}/cli`,
  });
});
