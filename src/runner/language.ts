/**
 * Globals that the program inside a sandbox uses. They are found by name, because a realm may not
 * have all of them.
 */
export const language = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt"],
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Proxy", "RegExp", "Date"],
  ...["JSON", "Math", "Reflect", "Iterator", "Atomics", "FinalizationRegistry"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
  ...["AggregateError", "SuppressedError", "DisposableStack", "AsyncDisposableStack"],
  ...["ArrayBuffer", "SharedArrayBuffer", "DataView", "Uint8Array", "Uint8ClampedArray"],
  ...["Int8Array", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["BigInt64Array", "BigUint64Array", "Float16Array", "Float32Array", "Float64Array"],
  // These globals belong to the platform.
  ...["TextEncoder", "TextDecoder", "DOMException", "AbortController", "AbortSignal"],
  ...["EventTarget", "Event", "MessageEvent", "ErrorEvent", "PromiseRejectionEvent"],
];
