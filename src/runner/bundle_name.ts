/** The name of the agent's bundle in the stacks that a sandbox sends. */
export const BUNDLE_NAME = "agent.js";
