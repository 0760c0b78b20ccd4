import type { DeployableFile } from "./deployable.ts";
import { SERVICE_USER } from "./unit_sandbox.ts";

/** A file of the package: its text, or where it is copied from, or what it is a link to. */
export type DebEntry = { text: string; mode?: number } | { source: string } | { link: string };

/** Where everything is, and where the unit expects it. */
const library = "usr/lib/checkwright";

/** Where the host's settings are: dpkg never overwrites what an administrator has changed there. */
export const SETTINGS_PATH = "etc/checkwright/settings.yaml";

const sysusers = `usr/lib/sysusers.d/${SERVICE_USER}.conf`;

/** Whether the service runs as a user that the package has to make. */
export function makesUser(files: Readonly<Record<string, DeployableFile>>): boolean {
  return files["checkwright.service"]?.text.includes(`\nUser=${SERVICE_USER}\n`) ?? false;
}

/**
 * What is in the package.
 *
 * @param files the files of the deployable, by name
 * @param name the name of the package
 * @param runtime the path of the Deno executable to put in
 * @returns the files by path
 */
export function debTree(
  files: Readonly<Record<string, DeployableFile>>,
  name: string,
  runtime: string | undefined,
): Record<string, DebEntry> {
  const {
    "checkwright.service": unit = { text: "" },
    "settings.example.yaml": example = { text: "" },
    ...programs
  } = files;
  return {
    ...Object.fromEntries(
      Object.entries(programs).map(([file, entry]) => [`${library}/${file}`, entry]),
    ),
    ...(runtime === undefined ? {} : { [`${library}/deno`]: { source: runtime } }),
    "usr/bin/checkwright": { link: "../lib/checkwright/checkwright" },
    // Not /lib: since Debian 12 that is a link, and systemd of any Debian looks here too.
    "usr/lib/systemd/system/checkwright.service": { text: unit.text },
    ...(makesUser(files)
      ? { [sysusers]: { text: `u ${SERVICE_USER} - "Checkwright monitoring agent"\n` } }
      : {}),
    [SETTINGS_PATH]: { text: example.text },
    [`usr/share/doc/${name}/copyright`]: { text: copyright(runtime !== undefined) },
  };
}

/** What is said of a package. */
export interface DebControl {
  name: string;
  version: string;
  architecture: string;
  maintainer: string;
  /** Of all files, in bytes. */
  size: number;
  /** Whether Deno is in it. */
  runtime: boolean;
}

/**
 * Writes the control file.
 *
 * @param input what is said of the package
 * @returns its text
 */
export function control(input: DebControl): string {
  const { name, version, architecture, maintainer, size, runtime } = input;
  // `ldd` and the symbol versions of Deno 2.9. The shell and grep are on every Debian system.
  const depends = runtime ? "Depends: libc6 (>= 2.27), libgcc-s1 | libgcc1\n" : "";
  return `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${Math.ceil(size / 1024)}
${depends}Section: net
Priority: optional
Description: Monitoring agent that answers check_nrpe, with its checks
 Compiled by Checkwright: the daemon, the checks that it serves, and a systemd
 unit that permits what they declare and nothing else.
`;
}

function copyright(runtime: boolean): string {
  const files = [
    `Files: *
Copyright: The Checkwright authors
License: MIT
Comment: The checks of the agent are in agent.js; they belong to who wrote them.
`,
    ...(runtime
      ? [`Files: ${library}/deno
Copyright: The Deno authors
License: MIT
Comment: The executable holds V8 and many libraries, each under a license of its own; see
 https://deno.com/.
`]
      : []),
  ];
  return [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n",
    ...files,
    mit,
  ].join("\n");
}

/** The license asks to be with every copy, of ours and of the runtime. */
const mit = `License: MIT
 Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
 associated documentation files (the "Software"), to deal in the Software without restriction,
 including without limitation the rights to use, copy, modify, merge, publish, distribute,
 sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
 furnished to do so, subject to the following conditions:
 .
 The above copyright notice and this permission notice shall be included in all copies or
 substantial portions of the Software.
 .
 THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
 NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
 NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
 OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
 CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
