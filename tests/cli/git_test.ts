import { assert, assertEquals } from "@std/assert";
import { withVersion } from "../../src/cli/git.ts";
import { lastCommit } from "../../src/cli/last_commit.ts";
import type { Manifest } from "../../src/agent/manifest.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const git = "/usr/bin/git";

Deno.test({
  name: "A repository cannot make git start programs",
  ignore: isMissing(git),
  async fn() {
    const folder = await Deno.makeTempDir();
    const repository = `${folder}/repository`;
    const runGit = async (...args: string[]) => {
      const { success, stdout, stderr } = await runToEnd(git, {
        args: ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args],
        stdout: "piped",
      });
      assert(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout).trim();
    };
    const started = () =>
      [...Deno.readDirSync(folder)].map(({ name }) => name)
        .filter((name) => name.startsWith("started"));
    const program = async (name: string) => {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, `#!/bin/sh\n: > ${folder}/started-${name}\ncat\n`);
      await Deno.chmod(path, 0o755);
      return path;
    };
    const path = `${repository}/agent.ts`;
    const version = async () => (await withVersion(path, {} as Manifest)).version;
    try {
      await Deno.mkdir(repository);
      await runGit("init", "-q");
      await Deno.writeTextFile(path, "export default {};\n");
      await Deno.writeTextFile(`${repository}/a.txt`, "a\n");
      await Deno.writeTextFile(`${repository}/b.txt`, "b\n");
      await Deno.writeTextFile(
        `${repository}/.gitattributes`,
        "a.txt filter=one\nb.txt filter=two=2\n",
      );
      await runGit("add", ".");
      await runGit("commit", "-qm", "First");
      // git would check the signature.
      const commit = (await runGit("cat-file", "commit", "HEAD"))
        .replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n\n");
      await Deno.writeTextFile(`${folder}/commit`, `${commit}\n`);
      await runGit(
        "reset",
        "-q",
        await runGit("hash-object", "-t", "commit", "-w", `${folder}/commit`),
      );
      await runGit("config", "filter.one.process", await program("process"));
      await Deno.writeTextFile(
        `${folder}/included`,
        `[filter "two=2"]\nclean = ${await program("clean")}\nrequired = true\n`,
      );
      await runGit("config", "include.path", `${folder}/included`);
      await runGit("config", "core.fsmonitor", await program("fsmonitor"));
      await runGit("config", "log.showSignature", "true");
      await runGit("config", "gpg.program", await program("gpg"));
      await Deno.copyFile(await program("hook"), `${repository}/.git/hooks/post-index-change`);
      const touch = async () => {
        for (const name of ["a.txt", "b.txt", "agent.ts"]) {
          await Deno.utime(`${repository}/${name}`, 1, 1);
        }
      };

      await touch();
      assertEquals(await version(), await runGit("rev-parse", "--short=10", "HEAD"));
      for (const name of started()) await Deno.remove(`${folder}/${name}`);
      await touch();
      const { hash } = (await lastCommit(path))!;
      await Deno.writeTextFile(`${repository}/b.txt`, "c\n");
      assertEquals(await version(), `${(await runGit("rev-parse", "--short=10", hash))}-dirty`);
      assertEquals(started(), []);

      await runToEnd(git, { args: ["-C", repository, "status"] });
      await runToEnd(git, { args: ["-C", repository, "log", "-1"] });
      const all = ["clean", "fsmonitor", "gpg", "hook", "process"].map((name) => `started-${name}`);
      assertEquals(started().sort(), all);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
