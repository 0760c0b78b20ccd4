import { subprocess } from "../fixtures/attacks/subprocess.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("subprocess", subprocess);
