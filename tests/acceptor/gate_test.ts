import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { createGate } from "../../src/acceptor/gate.ts";

const permissions = "none";

Deno.test("createGate() limits connections in total and per address", { permissions }, () => {
  const gate = createGate({ connections: 3, perAddress: 2 });
  const first = gate.enter("a");
  const second = gate.enter("a");
  assertEquals(gate.enter("a"), "perAddress");
  const third = gate.enter("b");
  assertEquals(gate.enter("c"), "connections");
  assertEquals(gate.enter("a"), "connections");
  assert(
    typeof first === "function" && typeof second === "function" && typeof third === "function",
  );
  first();
  first();
  assertEquals(gate.connections, 2);
  assertEquals(typeof gate.enter("a"), "function");
  assertEquals(gate.enter("a"), "connections");
});

Deno.test("setLimits() applies to later connections", { permissions }, () => {
  const gate = createGate({ connections: 5, perAddress: 5 });
  const leave = [1, 2, 3].map(() => gate.enter("a"));
  gate.setLimits({ connections: 2, perAddress: 1 });
  assertEquals(gate.enter("b"), "connections");
  for (const go of leave) if (typeof go === "function") go();
  assertEquals(typeof gate.enter("a"), "function");
  assertEquals(gate.enter("a"), "perAddress");
});

Deno.test(
  "createGate() never exceeds its limits and forgets ended connections",
  { permissions },
  () => {
    const steps = fc.array(fc.oneof(
      fc.record({ enter: fc.constantFrom("a", "b", "c", "d") }),
      fc.record({ leave: fc.nat(10) }),
    ));
    fc.assert(fc.property(steps, (list) => {
      const gate = createGate({ connections: 4, perAddress: 2 });
      const inside: { address: string; leave: () => void }[] = [];
      for (const step of list) {
        if ("enter" in step) {
          const same = inside.filter(({ address }) => address === step.enter).length;
          const leave = gate.enter(step.enter);
          if (inside.length >= 4) assertEquals(leave, "connections");
          else if (same >= 2) assertEquals(leave, "perAddress");
          else {
            assert(typeof leave === "function");
            inside.push({ address: step.enter, leave });
          }
        } else {
          inside.splice(step.leave, 1)[0]?.leave();
        }
        assertEquals(gate.connections, inside.length);
      }
    }));
  },
);

Deno.test("createGate() refuses limits that allow no connection", { permissions }, () => {
  for (const limit of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => createGate({ connections: limit, perAddress: 1 }), RangeError);
    assertThrows(() => createGate({ connections: 1, perAddress: limit }), RangeError);
  }
});
