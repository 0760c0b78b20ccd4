/**
 * Makes cleanup callbacks of `FinalizationRegistry` safe. V8 prints an error that such a callback
 * throws to standard output. There it could contain a line for the supervisor of the daemon.
 *
 * @param report receives what a callback throws
 */
export function guardFinalizers(report: (error: unknown) => void): void {
  const { construct, apply } = Reflect;
  const original = FinalizationRegistry;
  const guarded = (cleanup: unknown) =>
    typeof cleanup !== "function" ? cleanup : (held: unknown) => {
      try {
        apply(cleanup, undefined, [held]);
      } catch (error) {
        report(error);
      }
    };
  // Not a subclass: a subclass would give access to the original class.
  const value = new Proxy(original, {
    construct: (target, [cleanup], made) => construct(target, [guarded(cleanup)], made),
  });
  Object.defineProperty(original.prototype, "constructor", { value });
  Object.defineProperty(globalThis, "FinalizationRegistry", { value });
}
