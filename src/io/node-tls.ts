/** node:tls, loaded when it is first needed: it costs some MB, and most daemons speak without TLS. */
export function nodeTls(): typeof import("node:tls") {
  return process.getBuiltinModule("node:tls");
}
