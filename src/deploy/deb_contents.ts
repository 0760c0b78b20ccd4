import type { DeployableFile } from "./deployable.ts";
import { SERVICE_USER } from "./unit_identity.ts";

/** A file of the package: its text, the path that it is copied from, or the target of a link. */
export type DebEntry = { text: string; mode?: number } | { source: string } | { link: string };

/** The folder of the deployable; the systemd unit starts the launcher there. */
const library = "usr/lib/checkwright";

/** The host's settings. dpkg does not overwrite the file after an administrator changed it. */
export const SETTINGS_PATH = "etc/checkwright/settings.yaml";

const sysusers = `usr/lib/sysusers.d/${SERVICE_USER}.conf`;

/** Returns whether the service runs as a user that the package must create. */
export function makesUser(files: Readonly<Record<string, DeployableFile>>): boolean {
  return files["checkwright.service"]?.text.includes(`\nUser=${SERVICE_USER}\n`) ?? false;
}

/**
 * Returns the files of the package.
 *
 * @param files the files of the deployable, by name
 * @param name the name of the package
 * @param runtime the path of the Deno executable to include
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
    // The folder is not below /lib, which is a link since Debian 12. systemd of every Debian
    // release reads it.
    "usr/lib/systemd/system/checkwright.service": { text: unit.text },
    ...(makesUser(files)
      ? { [sysusers]: { text: `u ${SERVICE_USER} - "Checkwright monitoring agent"\n` } }
      : {}),
    [SETTINGS_PATH]: { text: example.text },
    [`usr/share/doc/${name}/copyright`]: { text: copyright(runtime !== undefined) },
  };
}

/** Fields of the control file. */
export interface DebControl {
  name: string;
  version: string;
  architecture: string;
  maintainer: string;
  /** The total size of all files, in bytes. */
  size: number;
  /** Whether the package contains Deno. */
  runtime: boolean;
}

/**
 * Formats the control file.
 *
 * @param input the fields
 * @returns the contents of the file
 */
export function control(input: DebControl): string {
  const { name, version, architecture, maintainer, size, runtime } = input;
  // The dependencies come from `ldd` and the symbol versions of Deno 2.9. Every Debian system has a
  // shell.
  const depends = runtime ? "Depends: libc6 (>= 2.27), libgcc-s1 | libgcc1\n" : "";
  return `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${Math.ceil(size / 1024)}
${depends}Section: net
Priority: optional
Description: Monitoring agent that answers check_nrpe, with its checks
 Compiled by Checkwright: the daemon, its checks, and a systemd unit that
 permits only what the checks declare.
`;
}

function copyright(runtime: boolean): string {
  const files = [
    `Files: *
Copyright: The Checkwright authors
License: MIT
Comment: The checks of the agent are in agent.js; they belong to their authors.
`,
    ...(runtime
      ? [`Files: ${library}/deno
Copyright: The Deno authors
License: MIT
Comment: The executable contains V8 and many libraries, each with its own license; see
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

/** The license must be included in every copy of Checkwright and of Deno. */
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
