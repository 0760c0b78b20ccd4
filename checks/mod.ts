/**
 * The check library: built-in checks with the output, perfdata labels and arguments of well-known
 * plugins.
 *
 * @module
 */
export type { FamilyOptions } from "./_address_family.ts";
export type { AlertName } from "./_alert_state.ts";
export {
  disk,
  type DiskOptions,
  type DiskUnit,
  type FreeSpaceInput,
  type PercentInput,
} from "./disk/disk.ts";
export { dummy, type DummyOptions } from "./dummy.ts";
export { fileAge, type FileAgeOptions } from "./file_age.ts";
export { http, type HttpOptions, type OnRedirect, type TlsVersion } from "./http/http.ts";
export { load, type LoadOptions } from "./load.ts";
export { memory, type MemoryOptions } from "./memory.ts";
export { procs, type ProcsOptions } from "./procs/procs.ts";
export type { ProcessMetric } from "./procs/_process_answer.ts";
export { type NoSwap, swap, type SwapOptions } from "./swap.ts";
export type { VerifyOptions } from "./_tls.ts";
export { tcp, type TcpOptions } from "./tcp/tcp.ts";
export { uptime, type UptimeOptions } from "./uptime.ts";
export { users, type UsersOptions } from "./users.ts";
