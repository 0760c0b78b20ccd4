/**
 * Reads paths in all forms that the runtime's functions accept. User code cannot change the
 * functions that this module uses, because they are bound before user code is evaluated. User code
 * cannot change the result either, because the result is a string.
 *
 * @module
 */

/**
 * Makes a function that reads a path argument.
 *
 * @returns a function that returns the path as a string and throws if the argument is not a path
 */
export function pathReader(): (value: unknown) => string {
  const fileOf = urlReader();
  const bytes = new TextDecoder();
  return (value) => {
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) return bytes.decode(value);
    const path = fileOf(value);
    if (path === undefined) throw new TypeError("Must be a file URL");
    return path;
  };
}

/**
 * Makes a function that reads a URL.
 *
 * @returns a function that returns the path of a file URL and undefined for other URLs, and throws
 * if the argument is not a URL
 */
export function urlReader(): (url: unknown) => string | undefined {
  const decode = decodeURIComponent;
  const [protocol, pathname] = ["protocol", "pathname"].map((name) =>
    Object.getOwnPropertyDescriptor(URL.prototype, name)!.get!
  ) as [() => string, () => string];
  // The getter throws for a value that is not a real URL object.
  return (url) =>
    Reflect.apply(protocol, url, []) === "file:"
      ? decode(Reflect.apply(pathname, url, []))
      : undefined;
}
