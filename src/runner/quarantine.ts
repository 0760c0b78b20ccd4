/** The commands that are no longer run, because they harmed the daemon. */
export interface Quarantine {
  /** Returns the reason why a command is quarantined; undefined if it is not. */
  reason(command: string): string | undefined;
  /** Quarantines a command. */
  add(command: string, reason: string): void;
  /** The reason of each quarantined command, by name. */
  readonly commands: Readonly<Record<string, string>>;
}

/**
 * Makes a quarantine.
 *
 * @param commands the commands that are already quarantined, with the reasons
 * @param onAdd called for each command that is quarantined
 * @returns the quarantine
 */
export function createQuarantine(
  commands: Readonly<Record<string, string>>,
  onAdd: (command: string, reason: string) => void = () => {},
): Quarantine {
  const reasons = new Map(Object.entries(commands));
  return {
    reason: (command) => reasons.get(command),
    add(command, reason) {
      if (reasons.has(command)) return;
      reasons.set(command, reason);
      onAdd(command, reason);
    },
    get commands() {
      return Object.fromEntries(reasons);
    },
  };
}
