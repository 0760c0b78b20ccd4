import type { Permissions } from "../check/declared_permissions.ts";

/** Programs that can start any other program. */
const starters = new RegExp(
  `/(?:(?:ba|da|k|z|tc)?sh|python[\\d.]*|${
    [
      ...["busybox", "chroot", "deno", "doas", "env", "nice", "node", "nohup", "nsenter", "perl"],
      ...["php", "pkexec", "ruby", "runuser", "setpriv", "setsid", "su", "sudo", "systemd-run"],
      ...["timeout", "unshare", "xargs"],
    ].join("|")
  })$`,
);

/** Unix sockets of services that start programs as root. */
const managers =
  /\b(?:docker|containerd|podman|crio|lxd|libvirt|snapd|systemd|dbus|system_bus_socket)/;

/**
 * Explains why an entry is probably broader than a single check needs.
 *
 * @param kind the permission
 * @param entry the entry
 * @returns the reason, for example `allows the whole file system`; undefined if the entry is narrow
 */
export function whyBroad(kind: keyof Permissions, entry: string): string | undefined {
  if (kind === "read" || kind === "write") {
    return entry === "/" ? "allows the whole file system" : undefined;
  }
  if (kind === "run") return starters.test(entry) ? "can start any other program" : undefined;
  if (kind === "sys") return entry === "setPriority" ? "can slow down any process" : undefined;
  if (kind !== "net") return undefined;
  if (entry.startsWith("unix:")) return managers.test(entry) ? "can control the host" : undefined;
  if (/^[\d.]+\/\d+(?::\d+)?$/.test(entry)) return "allows a whole network";
  return /:\d+$/.test(entry) ? undefined : "allows any port of that host";
}
