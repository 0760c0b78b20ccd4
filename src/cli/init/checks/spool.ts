import { defineCheck, option } from "@checkwright/checkwright";

/** Files that wait in a folder for somebody to take them. */
export const spool = defineCheck({
  description: "Files waiting in a folder",
  options: {
    folder: option.text({ short: "f", description: "The folder", required: true }),
    warning: option.range({ short: "w", description: "Warn outside this range" }),
    critical: option.range({ short: "c", description: "Critical outside this range" }),
  },
  // All that it may touch. Whatever else it tries is refused, and the refusal is the answer.
  permissions: ({ folder }) => ({ read: [folder] }),
  async run({ folder, warning, critical }) {
    let files = 0;
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile) files++;
    }
    return {
      output: `${files} files waiting in ${folder}`,
      // The state is what these thresholds say of the value.
      perfdata: [{ label: "files", value: files, warning, critical, min: 0 }],
    };
  },
});
