/** A Debian machine that boots systemd as its first process, in namespaces of its own. */
import { outputOf, runToEnd, statusOf, until } from "../waiting.ts";

/** A started machine. */
export interface Machine extends AsyncDisposable {
  /** Its root folder, as this host sees it. */
  readonly root: string;
  /** Runs a program in the machine until it exits. */
  run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Packages of the machine; debootstrap adds those that every Debian has. */
const packages = [
  ...["systemd", "systemd-sysv", "dbus", "iproute2", "iputils-ping", "sudo", "procps"],
  ...["libcap2-bin", "libnss-systemd", "nagios-nrpe-plugin"],
];

/** Programs of this host that the machine needs. */
export const needed = ["/usr/sbin/debootstrap", "/usr/bin/systemd-nspawn", "/usr/bin/nsenter"];

/** The limit for the installation of the packages, and for the boot, in milliseconds. */
const buildMilliseconds = 600_000;
const bootMilliseconds = 60_000;

/**
 * Installs Debian into a folder, unless it is there.
 *
 * @param root the folder
 * @param suite the release, such as `bookworm`
 * @param mirror the address of a mirror
 */
export async function buildRoot(root: string, suite: string, mirror: string): Promise<void> {
  if (await Deno.stat(`${root}/etc/debian_version`).then(() => true, () => false)) return;
  const building = `${root}.building`;
  await Deno.remove(building, { recursive: true }).catch(() => {});
  const { code, stdout } = await outputOf(
    new Deno.Command("/usr/bin/unshare", {
      args: ["--mount", "/usr/sbin/debootstrap", "--variant=minbase"].concat(
        [`--include=${packages}`, suite, building, mirror],
      ),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
    "debootstrap",
    buildMilliseconds,
  );
  if (code !== 0) {
    throw new Error(`debootstrap failed:\n${new TextDecoder().decode(stdout).slice(-2000)}`);
  }
  await Deno.rename(building, root);
}

/**
 * Boots systemd. The machine has a network of its own with the loopback interface only.
 *
 * @param root the folder of {@linkcode buildRoot}
 * @returns the machine, after the boot
 */
export async function boot(root: string): Promise<Machine> {
  const nspawn = new Deno.Command("/usr/bin/systemd-nspawn", {
    args: ["--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe"]
      .concat([`--directory=${root}`, `--machine=checkwright-${Deno.pid}`, "--boot"]),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let leader: string | undefined;
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await runToEnd("/usr/bin/nsenter", {
      args: ["--target", leader!, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        .concat([
          "--root",
          "--wd",
          "--",
          "/usr/bin/env",
          "-i",
          "PATH=/usr/sbin:/usr/bin",
          ...words,
        ]),
      stdin: "null",
    });
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  const machine: Machine = {
    root,
    run,
    async [Symbol.asyncDispose]() {
      if (leader !== undefined) await run("systemctl", "poweroff").catch(() => {});
      else nspawn.kill("SIGTERM");
      await statusOf(nspawn, "systemd-nspawn");
    },
  };
  try {
    await until("systemd in the machine", async () => {
      leader = await childOf(nspawn.pid);
      if (leader === undefined) return false;
      const { stdout } = await run("systemctl", "is-system-running");
      return /^(running|degraded)/.test(stdout);
    }, bootMilliseconds);
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
  return machine;
}

/** Returns the process ID of the machine's systemd, a child of systemd-nspawn. */
async function childOf(pid: number): Promise<string | undefined> {
  try {
    const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    for (const child of children.split(" ").filter((text) => text !== "")) {
      const name = await Deno.readTextFile(`/proc/${child}/comm`);
      if (name.trim() === "systemd") return child;
    }
  } catch {
    // The process has ended, or is starting.
  }
  return undefined;
}
