import { files } from "../fixtures/attacks/files.ts";
import { attackGroup } from "./attacking.ts";

attackGroup("files", files);
