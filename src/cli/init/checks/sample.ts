import { defineCheck, option } from "@checkwright/checkwright";

/** Counts the lines of a file. */
export const sample = defineCheck({
  description: "Lines of a file",
  options: {
    path: option.text({ short: "p", description: "The file", required: true }),
    warning: option.range({ short: "w", description: "Warn outside this range" }),
    critical: option.range({ short: "c", description: "Critical outside this range" }),
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
