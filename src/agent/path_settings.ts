import { isSpecial } from "../check/grants.ts";
import { absolutePath } from "../check/path.ts";
import type { Report } from "./diagnostic.ts";
import { grantedPath, type Reader, show, withSchema } from "./read.ts";

/** Reads the path of a PEM file, which may be relative to the working directory. */
export const certificatePath: Reader<string> = withSchema(
  { type: "string", minLength: 1, pattern: "^[^,]*$" },
  (value, report) => {
    if (typeof value === "string" && /^[^,\p{Cc}]+$/u.test(value)) return usable(value, report);
    report.error(
      `Invalid value ${show(value)}: expected a path without commas or control characters`,
    );
  },
);

/** Reads the state directory. */
export const stateFolder: Reader<string> = withSchema(grantedPath.schema!, (value, report) => {
  const folder = grantedPath(value, report);
  if (folder === undefined) return;
  if (!isSystemFolder(folder)) return usable(folder, report);
  if (usable(folder, report) === undefined) return;
  report.error(`Invalid value ${show(value)}: expected a folder of the daemon's own`);
});

function usable(path: string, report: Report): string | undefined {
  if (!path.startsWith("/") || !isSpecial(absolutePath(path))) return path;
  report.error(
    `Invalid value ${
      show(path)
    }: expected a path outside /dev, /proc and /sys, where the runtime ` +
      "cannot read files",
  );
}

/** Folders of every system, which contain files of many programs. */
const systemFolders =
  /^\/(?:bin|boot|dev|etc|home|lib\d*|media|mnt|opt|root|run|sbin|srv|sys|tmp|usr|var)?$/;

function isSystemFolder(path: string): boolean {
  return systemFolders.test(absolutePath(path));
}

/** Reads the path at which procfs is mounted. */
export const procfsFolder: Reader<string> = withSchema(grantedPath.schema!, (value, report) => {
  const folder = grantedPath(value, report);
  if (folder === undefined) return;
  // Permissions of checks name files in this folder, and "/" would turn etc/shadow into /etc/shadow.
  if (!isSystemFolder(folder)) return folder;
  report.error(`Invalid value ${show(value)}: expected the path at which procfs is mounted`);
});
