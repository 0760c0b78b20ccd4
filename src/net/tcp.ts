/**
 * Closes a connection. May be called repeatedly.
 *
 * @param conn the connection
 */
export function closeConn(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Deno throws BadResource if the connection is already closed.
  }
}

/**
 * Writes all bytes.
 *
 * @param conn the connection
 * @param bytes the bytes to send
 */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}
