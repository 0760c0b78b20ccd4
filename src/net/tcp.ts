/**
 * Closes a connection; one that is closed already stays so.
 *
 * @param conn the connection
 */
export function closeConn(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Deno throws BadResource where it was closed before.
  }
}

/**
 * Writes all of the bytes.
 *
 * @param conn the connection
 * @param bytes what to send
 */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}
