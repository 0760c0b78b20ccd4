import { defineCheck, option } from "@checkwright/checkwright";

/** Counts the files that wait in a folder. */
export const spool = defineCheck({
  description: "Files waiting in a folder",
  options: {
    folder: option.text({ short: "f", description: "The folder", required: true }),
    // The options warning (-w) and critical (-c): threshold ranges such as 10 or 5:20.
    ...option.thresholds("the number of files"),
  },
  // The check may access only this. Any other access is refused, and the answer is the refusal.
  permissions: ({ folder }) => ({ read: [folder] }),
  async run({ folder, warning, critical }) {
    let files = 0;
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile) files++;
    }
    return {
      output: `${files} files waiting in ${folder}`,
      // The state follows from the value and these thresholds.
      perfdata: [{ label: "files", value: files, warning, critical, min: 0 }],
    };
  },
});
