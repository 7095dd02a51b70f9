import { createServer } from "node:net";

// The floor: what Node itself takes to accept a connection, read a request and send 14 bytes.
const reply = Buffer.from("5a4258440101000000000000000031", "hex");
createServer((connection) => {
  connection.on("data", () => connection.end(reply));
  connection.on("error", () => undefined);
}).listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
