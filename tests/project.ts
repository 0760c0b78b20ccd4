/** A user's project in a folder of its own, outside this repository. */
const root = new URL("../", import.meta.url).href;

/** A folder with an agent in it. */
export interface Project extends AsyncDisposable {
  /** The folder. */
  folder: string;
  /** The agent's module. */
  agent: string;
  /** Writes a file of the project, and says where it is. */
  write(name: string, text: string): Promise<string>;
}

/** Makes a project whose `deno.json` knows this checkout as the package. */
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
