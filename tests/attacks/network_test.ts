import { assertEquals } from "@std/assert";
import { network } from "../fixtures/attacks/network.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("network", network, ({ intrusions }) => assertEquals(intrusions, 0));
