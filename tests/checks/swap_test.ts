import { assertEquals, assertThrows } from "@std/assert";
import { parseFreeSpace } from "../../checks/_free_space.ts";
import { presentSwap, swap, type SwapReading } from "../../checks/swap.ts";
import { parseState } from "../../src/mod.ts";
import { assertOutput, optionsOf, type Recorded } from "./recorded.ts";

const recorded: Recorded<SwapReading>[] = [
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 2146435072, swapFree: 2104492032 },
    code: 0,
    text:
      "SWAP OK - 99% free (2007MB out of 2047MB) |swap=2104492032B;429287000;214643500;0;2146435072",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 2146435072, swapFree: 409600000 },
    code: 1,
    text:
      "SWAP WARNING - 20% free (390MB out of 2047MB) |swap=408944640B;429287000;214643500;0;2146435072",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 2146435072, swapFree: 439526400 },
    code: 0,
    text:
      "SWAP OK - 21% free (419MB out of 2047MB) |swap=439353344B;429287000;214643500;0;2146435072",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 2146435072, swapFree: 214643712 },
    code: 2,
    text:
      "SWAP CRITICAL - 10% free (204MB out of 2047MB) |swap=213909504B;429287000;214643500;0;2146435072",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 2146435072, swapFree: 0 },
    code: 2,
    text: "SWAP CRITICAL - 0% free (0MB out of 2047MB) |swap=0B;429287000;214643500;0;2146435072",
  },
  {
    args: "-w 409600000 -c 100000000",
    reading: { swapTotal: 2146435072, swapFree: 409600000 },
    code: 1,
    text:
      "SWAP WARNING - 20% free (390MB out of 2047MB) |swap=408944640B;409600000;100000000;0;2146435072",
  },
  {
    args: "-w 408944640 -c 100000000",
    reading: { swapTotal: 2146435072, swapFree: 409600000 },
    code: 1,
    text:
      "SWAP WARNING - 20% free (390MB out of 2047MB) |swap=408944640B;408944640;100000000;0;2146435072",
  },
  {
    args: "-w 408944639 -c 100000000",
    reading: { swapTotal: 2146435072, swapFree: 409600000 },
    code: 0,
    text:
      "SWAP OK - 20% free (390MB out of 2047MB) |swap=408944640B;408944639;100000000;0;2146435072",
  },
  {
    args: "-w 500000000 -c 10%",
    reading: { swapTotal: 2146435072, swapFree: 409600000 },
    code: 1,
    text:
      "SWAP WARNING - 20% free (390MB out of 2047MB) |swap=408944640B;500000000;214643500;0;2146435072",
  },
  {
    args: "-w 25% -c 500000000",
    reading: { swapTotal: 2146435072, swapFree: 409600000 },
    code: 2,
    text:
      "SWAP CRITICAL - 20% free (390MB out of 2047MB) |swap=408944640B;536608750;500000000;0;2146435072",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 1536000, swapFree: 1228800 },
    code: 0,
    text: "SWAP OK - 100% free (1MB out of 1MB) |swap=1048576B;209700;104850;0;1048576",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 1047552, swapFree: 1047552 },
    code: 2,
    text:
      "SWAP CRITICAL - 0% free (0MB out of 0MB) - Swap is either disabled, not present, or of zero size. |swap=0B;0;0;0;0",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 102399999998976, swapFree: 102399999997952 },
    code: 0,
    text:
      "SWAP OK - 100% free (97656249MB out of 97656249MB) |swap=102399998951424B;20479999790280;10239999895140;0;102399998951424",
  },
  {
    args: "-w 20% -c 10%",
    reading: { swapTotal: 0, swapFree: 0 },
    code: 2,
    text:
      "SWAP CRITICAL - 0% free (0MB out of 0MB) - Swap is either disabled, not present, or of zero size. |swap=0B;0;0;0;0",
  },
  {
    args: "-w 20% -c 10% -n ok",
    reading: { swapTotal: 0, swapFree: 0 },
    code: 0,
    text:
      "SWAP OK - 0% free (0MB out of 0MB) - Swap is either disabled, not present, or of zero size. |swap=0B;0;0;0;0",
  },
  {
    args: "-w 20% -c 10% -n warning",
    reading: { swapTotal: 0, swapFree: 0 },
    code: 1,
    text:
      "SWAP WARNING - 0% free (0MB out of 0MB) - Swap is either disabled, not present, or of zero size. |swap=0B;0;0;0;0",
  },
  {
    args: "-w 20% -c 10% -n unknown",
    reading: { swapTotal: 0, swapFree: 0 },
    code: 3,
    text:
      "SWAP UNKNOWN - 0% free (0MB out of 0MB) - Swap is either disabled, not present, or of zero size. |swap=0B;0;0;0;0",
  },
  {
    args: "-w 100000 -c 5000",
    reading: { swapTotal: 0, swapFree: 0 },
    code: 2,
    text:
      "SWAP CRITICAL - 0% free (0MB out of 0MB) - Swap is either disabled, not present, or of zero size. |swap=0B;100000;5000;0;0",
  },
  {
    args: "-w 20% -c 10% -n ok",
    reading: { swapTotal: 2146435072, swapFree: 2146435072 },
    code: 0,
    text:
      "SWAP OK - 100% free (2047MB out of 2047MB) |swap=2146435072B;429287000;214643500;0;2146435072",
  },
];

function present(reading: SwapReading, args: string) {
  const { warning, critical, noSwap } = optionsOf(swap, args);
  return presentSwap(reading, {
    warning: parseFreeSpace(warning, 1),
    critical: parseFreeSpace(critical, 1),
    noSwap: parseState(noSwap),
  });
}

for (const row of recorded) {
  const { swapTotal, swapFree } = row.reading;
  Deno.test(
    `presentSwap() returns the output of check_swap ${row.args} for ${swapFree}/${swapTotal} bytes`,
    { permissions: "none" },
    () => assertOutput(present(row.reading, row.args), row),
  );
}

Deno.test(
  "presentSwap() accepts sizes with units, and a percentage with a size",
  { permissions: "none" },
  () => {
    const reading = { swapTotal: 2 ** 31, swapFree: 2 ** 30 };
    const cases: [args: string, state: string][] = [
      ["-w 1GiB", "WARNING"],
      ["-w 1023MiB", "OK"],
      ["-w 1.1GB", "WARNING"],
      ["-w 10%,2GiB", "WARNING"],
      ["-w 2GiB,10%", "WARNING"],
      ["-w 60% -c 1GiB", "CRITICAL"],
      ["", "OK"],
    ];
    for (const [args, state] of cases) assertEquals(present(reading, args).state, state, args);
  },
);

Deno.test(
  "presentSwap() omits missing thresholds from the perfdata",
  { permissions: "none" },
  () => {
    const { perfdata } = present({ swapTotal: 2 ** 31, swapFree: 2 ** 30 }, "");
    assertEquals(perfdata, [{ label: "swap", value: 2 ** 30, uom: "B", min: 0, max: 2 ** 31 }]);
  },
);

Deno.test("presentSwap() refuses a warning threshold below the critical one", {
  permissions: "none",
}, () => {
  for (const args of ["-w 10% -c 20%", "-w 1GB -c 2GB"]) {
    assertThrows(() => present({ swapTotal: 1e9, swapFree: 1e9 }, args), RangeError, "more than");
  }
});
