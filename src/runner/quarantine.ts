/** Commands that are answered without being run, because of what they did to the daemon. */
export interface Quarantine {
  /** Why a command is in quarantine; undefined if it is not. */
  reason(command: string): string | undefined;
  /** Puts a command in. */
  add(command: string, reason: string): void;
  /** All that are in, by name. */
  readonly commands: Readonly<Record<string, string>>;
}

/**
 * Makes a quarantine.
 *
 * @param commands who is in already, and why
 * @param onAdd hears of everyone who is put in
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
