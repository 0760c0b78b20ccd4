import { assertEquals } from "@std/assert";
import fc from "../fast_check.ts";
import { parseAddress, plainAddress } from "../../src/net/address.ts";

const bytesOf = (text: string) => {
  const address = parseAddress(text);
  return address && [address.family, ...address.bytes];
};

const groups = (...values: number[]) => values.flatMap((value) => [value >> 8, value & 0xff]);

Deno.test("parseAddress() reads the text forms of RFC 4291", { permissions: "none" }, () => {
  const rows: [text: string, expected: number[]][] = [
    ["0.0.0.0", [4, 0, 0, 0, 0]],
    ["192.0.2.255", [4, 192, 0, 2, 255]],
    ["::", [6, ...groups(0, 0, 0, 0, 0, 0, 0, 0)]],
    ["::1", [6, ...groups(0, 0, 0, 0, 0, 0, 0, 1)]],
    ["1::", [6, ...groups(1, 0, 0, 0, 0, 0, 0, 0)]],
    ["2001:db8::A:0b", [6, ...groups(0x2001, 0xdb8, 0, 0, 0, 0, 0xa, 0xb)]],
    ["1:2:3:4:5:6:7:8", [6, ...groups(1, 2, 3, 4, 5, 6, 7, 8)]],
    ["1:2:3:4:5:6:7::", [6, ...groups(1, 2, 3, 4, 5, 6, 7, 0)]],
    ["::2:3:4:5:6:7:8", [6, ...groups(0, 2, 3, 4, 5, 6, 7, 8)]],
    ["64:ff9b::192.0.2.1", [6, ...groups(0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x201)]],
    ["::ffff:192.0.2.1", [4, 192, 0, 2, 1]],
    ["::FFFF:c000:0201", [4, 192, 0, 2, 1]],
    ["0:0:0:0:0:ffff:192.0.2.1", [4, 192, 0, 2, 1]],
  ];
  for (const [text, expected] of rows) assertEquals(bytesOf(text), expected, text);
});

Deno.test("parseAddress() refuses all other forms", { permissions: "none" }, () => {
  const rows = [
    ..."|1|1.2.3|1.2.3.4.5|1.2.3.256|01.2.3.4|1.2.3.04|1.2.3.0x4|1.2.3.-4|1.2.3. 4| 1.2.3.4".split(
      "|",
    ),
    ...":|:::|1::2::3|1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|1:2:3:4:5:6:7:8::|12345::|g::".split("|"),
    ..."::1.2.3|1.2.3.4::|::1.2.3.4:5|::01.2.3.4|[::1]|::1%eth0|::1/128|::1 |1:|:1".split("|"),
  ];
  for (const text of rows) assertEquals(parseAddress(text), undefined, JSON.stringify(text));
});

Deno.test("parseAddress() reads the bytes of every IPv6 address in hex groups", {
  permissions: "none",
}, () => {
  const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(fc.property(sixteen, (bytes) => {
    const hex = Array.from(
      { length: 8 },
      (_, index) => (bytes[2 * index]! << 8 | bytes[2 * index + 1]!).toString(16),
    );
    const mapped = bytes.subarray(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
    assertEquals(bytesOf(hex.join(":")), mapped ? [4, ...bytes.subarray(12)] : [6, ...bytes]);
  }));
});

Deno.test("plainAddress() removes brackets, zone and mapping", { permissions: "none" }, () => {
  const rows: [text: string, expected: string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["::1", "::1"],
    ["[::1]", "::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["[::ffff:192.0.2.1]", "192.0.2.1"],
  ];
  for (const [text, expected] of rows) assertEquals(plainAddress(text), expected);
});
