/** Creates projects of users in temporary folders, outside of this repository. */
const root = new URL("../", import.meta.url).href;

/** A project with an agent. */
export interface Project extends AsyncDisposable {
  /** Path of the folder. */
  folder: string;
  /** Path of the agent's module. */
  agent: string;
  /** Writes a file of the project and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/** Creates a project whose `deno.json` imports Checkwright from this checkout. */
export async function createProject(agent: string): Promise<Project> {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const write = async (name: string, text: string) => {
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(path, text);
    return path;
  };
  await write(
    "deno.json",
    JSON.stringify({
      imports: {
        "@checkwright/checkwright": `${root}src/mod.ts`,
        "@checkwright/checkwright/checks": `${root}checks/mod.ts`,
      },
    }),
  );
  return {
    folder,
    agent: await write("agent.ts", agent),
    write,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
