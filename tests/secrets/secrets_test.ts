/** A secret reaches its check, and appears nowhere else. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { command, compile } from "../deployed/deploying.ts";
import { createProject, type Project } from "../project.ts";
import { checkwrightIn, run, started } from "../serving.ts";
import { outputOf } from "../waiting.ts";

/** A value that has a form of its own in JSON, in a URL, in base64 and in hexadecimal digits. */
const secret = 'p√ss "word"/+&1';
const bytes = new TextEncoder().encode(secret);
const reversed = [...secret].reverse().join("");

/** The secret in the forms in which it must not appear. */
const forms = [
  ...[secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)],
  ...[bytes.toBase64(), bytes.toHex()],
  ...[new URLSearchParams({ a: secret }).toString().slice(2), userinfo(secret)],
];

function userinfo(text: string): string {
  const url = new URL("http://host/");
  url.password = text;
  return url.password;
}

/** The ways in which a check shows its secret, with code of its function. */
const ways: Record<string, string> = {
  output: "return ok(`output ${password}`);",
  long_output: "return ok('long output', { longOutput: password });",
  perfdata: "return { output: 'perfdata', perfdata: [{ label: password, value: 1 }] };",
  error: "throw new Error(`error of postgres://shop:${encodeURIComponent(password)}@db`);",
  cause: "throw new Error('cause', { cause: new Error(password) });",
  thrown: "throw `thrown ${password}`;",
  stack: "throw Object.assign(new Error('stack'), { stack: `Error: stack\\n at ${password}` });",
  refusal: "Deno.readTextFileSync(`/refusal/${password}`); return '';",
  json: "return ok(`json ${JSON.stringify({ password })}`);",
  basic: "return ok(`basic ${new TextEncoder().encode('shop:' + password).toBase64()}`);",
  query: "return ok(`query ${new URLSearchParams({ password })}`);",
  user: 'const url = new URL("postgres://db/"); url.password = password; return ok(url.href);',
  hex: "return ok(`hex ${new TextEncoder().encode(password).toHex()}`);",
  log: "context.log(`log ${password}`); return ok('log');",
  long_log: "context.log('x'.repeat(4_090) + password); return ok('long log');",
  console: "console.log('console', { password }, password); return ok('console');",
  timer: "setTimeout(() => { throw new Error(`timer ${password}`); }); return ok('timer');",
  rejection: "Promise.reject(new Error(password)); return ok('rejection');",
};

const agentOf = (file: string) => `
  import { defineAgent, defineCheck, ok, option } from "@checkwright/checkwright";
  const check = defineCheck({
    description: "Shows a secret",
    options: {
      way: option.text({ description: "How the secret is shown", default: "output" }),
      password: option.secret({ description: "The password of the shop", required: true }),
    },
    run({ way, password }, context) {
      // The code of the agent does not contain the secret.
      if ([...password].reverse().join("") !== ${JSON.stringify(reversed)}) {
        return ok("another password");
      }
      switch (way) {
        ${Object.entries(ways).map(([name, code]) => `case "${name}": { ${code} }`).join("\n")}
      }
      return ok("unknown way");
    },
  });
  const thief = defineCheck({
    description: "Reads the secrets of another check",
    run: () => {
      const read = (get: () => unknown) => {
        try {
          return String(get());
        } catch (error) {
          return (error as Error).name;
        }
      };
      return ok([
        read(() => Deno.readTextFileSync(${JSON.stringify(file)})),
        read(() => Deno.env.get("SHOP_PASSWORD")),
      ].join());
    },
  });
  const file = { file: ${JSON.stringify(file)} };
  const env = { env: "SHOP_PASSWORD" };
  const open = { acceptArguments: true };
  export default defineAgent({
    tls: false,
    commands: {
      file_worker: check({ password: file }, open),
      file_process: check({ password: file }, { ...open, isolation: "process" }),
      env_worker: check({ password: env }, open),
      env_process: check({ password: env }, { ...open, isolation: "process" }),
      thief_worker: thief,
      thief_process: thief({}, { isolation: "process" }),
    },
  });
`;

const commands = ["file_worker", "file_process", "env_worker", "env_process"];

interface Vaulted extends AsyncDisposable {
  project: Project;
  /** The file of the secret, which the project does not contain. */
  file: string;
}

async function createVaulted(): Promise<Vaulted> {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-secret-" });
  const file = `${folder}/password`;
  await Deno.writeTextFile(file, `${secret}\n`, { mode: 0o600 });
  const project = await createProject(agentOf(file));
  return {
    project,
    file,
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function assertHidden(text: string, where: string): void {
  for (const form of forms) assert(!text.includes(form), `${where} contains ${form}: ${text}`);
}

/** Asks for each way of each command; returns the number of queries. */
async function askAll(served: { port: number }, times = 1): Promise<number> {
  let count = 0;
  for (let round = 0; round < times; round++) {
    await Promise.all(commands.map(async (name) => {
      for (const way of Object.keys(ways)) {
        const answer = await askOnce(served, [name, `--way=${way}`]);
        count++;
        assertHidden(answer, `The answer to ${name} ${way}`);
        assert(!/another password|unknown way/.test(answer), answer);
        const state = ["error", "cause", "thrown", "stack", "refusal"].includes(way)
          ? "UNKNOWN"
          : "OK";
        assert(answer.startsWith(`${state} `), answer);
      }
    }));
  }
  for (const name of ["thief_worker", "thief_process"]) {
    assertEquals(await askOnce(served, [name]), "OK NotCapable,NotCapable");
  }
  return count;
}

/** Reads all files below a folder. */
function textsIn(folder: string): [path: string, text: string][] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isFile }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return textsIn(path);
    return isFile ? [[path, Deno.readTextFileSync(path)] as [string, string]] : [];
  });
}

const withPassword = { SHOP_PASSWORD: secret };

Deno.test("After 1,000 runs under serve, no answer, log or file contains the secret", async () => {
  await using vaulted = await createVaulted();
  const { project } = vaulted;
  const state = await Deno.makeTempDir({ prefix: "checkwright-state-" });
  const arguments_ = ["serve", project.agent, "--listen", "127.0.0.1:0"];
  const settings = await project.write("settings.yaml", `state: ${state}\n`);
  await using served = await started(
    checkwrightIn(withPassword, ...arguments_, "--settings", settings),
  );
  assert(await askAll(served, 16) >= 1_000);
  await served.logged("timer ***");
  await served.logged("log ***");
  await served.logged("console");
  assertEquals(await served.stop(), 0);
  assertHidden(served.log(), "The log");
  for (const [path, text] of textsIn(state)) assertHidden(text, path);
  await Deno.remove(state, { recursive: true });
});

Deno.test("A compiled daemon and its settings name the places of secrets, and get no others", async () => {
  await using vaulted = await createVaulted();
  const { project, file } = vaulted;
  await using deployed = await compile(project.agent);
  for (const [path, text] of textsIn(deployed.folder)) assertHidden(text, path);
  {
    await using served = await started(
      command(deployed.folder, deployed.state, withPassword, ["--no-settings"]),
    );
    await askAll(served);
    await served.stop();
    assertHidden(served.log(), "The log");
  }
  // The host moves the secret of one command; a new value counts at the next run.
  const moved = `${file}-moved`;
  await Deno.writeTextFile(moved, `${secret}\n`, { mode: 0o600 });
  const settings = await project.write(
    "host.yaml",
    `commands: { file_worker: { options: { password: { file: ${moved} } } },
    env_process: { options: { password: { env: MOVED_PASSWORD } } } }\n`,
  );
  await Deno.remove(file);
  await using served = await started(
    command(deployed.folder, deployed.state, { MOVED_PASSWORD: secret }, ["--settings", settings]),
  );
  assertEquals(await askOnce(served, ["file_worker"]), "OK output ***");
  assertEquals(await askOnce(served, ["env_process"]), "OK output ***");
  assertEquals(
    await askOnce(served, ["file_process"]),
    `UNKNOWN Option "password": No such file or directory: open '${file}'`,
  );
  assertEquals(
    await askOnce(served, ["env_worker"]),
    'UNKNOWN Option "password": Missing secret in the variable SHOP_PASSWORD: it is not set',
  );
  await Deno.writeTextFile(moved, "a new password");
  assertEquals(await askOnce(served, ["file_worker"]), "OK another password");
});

Deno.test("run and learn use the secret and do not show it", async () => {
  await using vaulted = await createVaulted();
  const { agent } = vaulted.project;
  const call = async (...words: string[]) => {
    const child = checkwrightIn(withPassword, ...words).spawn();
    const { code, stdout, stderr } = await outputOf(child, words.join(" "));
    const decoder = new TextDecoder();
    const texts = [decoder.decode(stdout), decoder.decode(stderr)] as const;
    assertHidden(texts.join(), words.join(" "));
    return [code, ...texts] as const;
  };
  for (const name of commands) {
    assertEquals(await call("run", agent, name), [0, "output ***\n", ""]);
  }
  const [, , stderr] = await call("run", agent, "file_worker", "--way=error");
  assertStringIncludes(stderr, "error of postgres://shop:***@db");
  for (const name of ["file_worker", "env_worker"]) {
    const [code, stdout, stderr] = await call("learn", agent, name);
    assertStringIncludes(stderr, "The check answered OK: output ***");
    assertEquals([code, stdout], [
      0,
      "permissions: {},\n// The check declares exactly these permissions\n",
    ]);
  }
  for (const words of [["list"], ["list", "--json"], ["permissions"], ["validate", "--json"]]) {
    const [subcommand, ...options] = words;
    await call(subcommand!, agent, ...options);
  }
  await call("permissions", agent, "--lock");
  const lock = await Deno.readTextFile(`${vaulted.project.folder}/permissions.lock.json`);
  assertStringIncludes(lock, vaulted.file);
});

Deno.test("Arguments cannot set a secret, and a secret in the agent is an error that does not show it", async () => {
  await using vaulted = await createVaulted();
  const { project, file } = vaulted;
  for (const words of [["--password=hunter2"], ["--pass", "hunter2"], ["password=hunter2"]]) {
    const { code, stdout } = await run("run", project.agent, "file_worker", ...words);
    assertEquals([code, stdout], [3, 'Option "password": Arguments cannot set a secret\n']);
  }
  const positional = await run("run", project.agent, "file_worker", "output", "hunter2");
  assertStringIncludes(positional.stdout, "every option already has a value");
  for (const value of ['"hunter2"', '{ file: "hunter2" }', "12345"]) {
    await project.write(
      "agent.ts",
      agentOf(file).replace("password: file }, open", `password: ${value} as never }, open`),
    );
    const { code, stdout, stderr } = await run("validate", project.agent, "--json");
    assertEquals([code, JSON.parse(stdout).diagnostics], [3, [{
      place: "commands.file_worker.options.password",
      message: 'Invalid value: expected the place of the secret, { file: "/absolute/path" } or ' +
        '{ env: "NAME" }, and not the secret itself',
      severity: "error",
    }]]);
    assertEquals(stderr.includes("hunter2"), false);
  }
  await project.write(
    "agent.ts",
    agentOf(file).replace("option.secret({", 'option.per("way", option.secret({')
      .replace("required: true }),", "required: true })),"),
  );
  const { stderr } = await run("validate", project.agent);
  assertStringIncludes(stderr, "A secret cannot have a short form, or a value for each item");
});
