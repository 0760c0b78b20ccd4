import { host } from "../fixtures/attacks/host.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("host", host);
