const { gc } = globalThis as { gc?: () => void };

/**
 * Returns a function that calls the garbage collector once in a number of calls, if the process was
 * started with `--v8-flags=--expose-gc`. V8 lets the heap of each thread grow by many megabytes
 * before it collects, and does not see the TLS memory of `node:tls`, which is freed with its object.
 *
 * @param after the number of calls
 */
export function createReclaim(after: number): () => void {
  let count = 0;
  return () => {
    if (++count % after === 0) gc?.();
  };
}
