import { network } from "../fixtures/attacks/network.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("network", network);
