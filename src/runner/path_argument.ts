/**
 * Reads paths as the runtime's functions take them, and as they are at that moment: what is made here
 * holds on to what it uses from before user code is evaluated, and hands on nothing but a text.
 *
 * @module
 */

/**
 * Makes what reads a path.
 *
 * @returns the text of a path, however it is given; throws where it is none
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
 * Makes what reads a URL.
 *
 * @returns the path of a file's URL; undefined for other URLs; throws where it is none
 */
export function urlReader(): (url: unknown) => string | undefined {
  const decode = decodeURIComponent;
  const [protocol, pathname] = ["protocol", "pathname"].map((name) =>
    Object.getOwnPropertyDescriptor(URL.prototype, name)!.get!
  ) as [() => string, () => string];
  // A getter throws where it is asked of what is no URL, whatever that looks like.
  return (url) =>
    Reflect.apply(protocol, url, []) === "file:"
      ? decode(Reflect.apply(pathname, url, []))
      : undefined;
}
