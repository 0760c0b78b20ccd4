import { quoteText } from "../nagios/text.ts";
import { readOwnFile } from "./own_file.ts";

/** The files of a new check, and the lines that add it to an agent. */
export interface NewCheck {
  /** The text of each file, by its path in the project. */
  files: Record<string, string>;
  /** The line that imports the check. */
  importLine: string;
  /** The line among the commands. */
  commandLine: string;
}

/** Words that cannot be the name of a constant. */
const reserved: ReadonlySet<string> = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum " +
    "eval export extends false finally for function if implements import in instanceof interface " +
    "let new null package private protected public return static super switch this throw true " +
    "try typeof var void while with yield assert check").split(" "),
);

/**
 * Makes a check that works, with its test, to be changed.
 *
 * @param name the name of the check, such as `queue_depth`
 * @returns the files and lines
 * @throws {Error} if the name is invalid
 */
export async function newCheck(name: string): Promise<NewCheck> {
  if (!/^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `Invalid name ${quoteText(name)}: expected lower-case words such as "queue_depth"`,
    );
  }
  const file = name.replaceAll("-", "_");
  const camel = file.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const constant = reserved.has(camel) ? `${camel}Check` : camel;
  const [code, test] = await Promise.all(
    ["sample.ts", "sample_test.ts"].map((path) => readOwnFile(`./init/checks/${path}`)),
  );
  const named = (text: string) =>
    text.replaceAll("./sample.ts", `./${file}.ts`).replaceAll(/\bsample\b/g, constant);
  return {
    files: { [`checks/${file}.ts`]: named(code!), [`checks/${file}_test.ts`]: named(test!) },
    importLine: `import { ${constant} } from "./checks/${file}.ts";`,
    commandLine: `check_${file}: ${constant}({ path: "/var/log/app.log", warning: "100" }),`,
  };
}
