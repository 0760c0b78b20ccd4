import { defineCheck, option } from "@checkwright/checkwright";

/** Counts the lines of a file. */
export const sample = defineCheck({
  description: "Lines of a file",
  options: {
    path: option.text({ short: "p", description: "The file", required: true }),
    // The options warning (-w) and critical (-c): threshold ranges such as 10 or 5:20.
    ...option.thresholds("the number of lines"),
  },
  // The check may access only this. Any other access is refused, and the answer is the refusal.
  permissions: ({ path }) => ({ read: [path] }),
  async run({ path, warning, critical }) {
    const lines = (await Deno.readTextFile(path)).split("\n").length - 1;
    return {
      output: `${lines} lines in ${path}`,
      // The state follows from the value and these thresholds.
      perfdata: [{ label: "lines", value: lines, warning, critical, min: 0 }],
    };
  },
});
