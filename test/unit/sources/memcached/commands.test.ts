import { describe, expect, test } from "vitest";
import type { Access } from "../../../../src/sources/memcached/access.ts";
import { parseAddress } from "../../../../src/sources/memcached/address.ts";
import { newVocabulary } from "../../../../src/sources/memcached/parse.ts";
import { refusal, speaksBinary, speaksText, speaksTls } from "../../../../src/sources/memcached/probe.ts";
import { TextClient } from "../../../../src/sources/memcached/text-client.ts";
import { type ScriptedIo, type Serve, scriptedIo } from "../scripted-server.ts";

const URI = "127.0.0.1:11211";
const STATS = "STAT pid 1\r\nSTAT uptime 9\r\nEND\r\n";

function access(): Access {
  const address = parseAddress(URI);
  if (address.kind === "malformed") throw new Error(address.reason);
  return { address: address.value, tls: undefined, login: { user: "monitor", passwordFile: "/secret" } };
}

/** Servers of all tempers. */
const servers: readonly { readonly name: string; readonly serve: Serve }[] = [
  { name: "a healthy one", serve: (request, { send }) => send(STATS.repeat(request.split("\r\n").length - 1)) },
  {
    name: "one that wants a login",
    serve: (request, { send }) => send(request.startsWith("set") ? "STORED\r\n" : "CLIENT_ERROR unauthenticated\r\n"),
  },
  { name: "one that is full", serve: (_, { send }) => send("ERROR Too many open connections\r\n") },
  { name: "one that talks nonsense", serve: (_, { send }) => send("HTTP/1.1 400 Bad Request\r\n\r\n") },
  { name: "one that echoes commands", serve: (request, { send }) => send(`${request}flush_all\r\nverbosity 9\r\n`) },
  { name: "a silent one", serve: () => undefined },
];

/** All that was written, cut into lines; the binary question and the TLS hello are one each. */
async function sentTo(serve: Serve): Promise<readonly string[]> {
  const sent: string[] = [];
  const io: ScriptedIo = scriptedIo();
  io.texts.set("/secret", "pass\n");
  io.servers.set(URI, (request, caller) => {
    sent.push(
      ...("\x80\x16".includes(request[0] ?? "?")
        ? [Buffer.from(request, "latin1").toString("hex")]
        : request.split("\r\n")),
    );
    serve(request, caller);
  });
  const client = new TextClient(io, access(), newVocabulary);
  const { address } = access();
  const asked = [
    client.read(["stats", "items", "slabs"], 500),
    refusal(io, access(), "text", 500),
    refusal(io, access(), "binary", 500),
    speaksText(io, address, 500),
    speaksBinary(io, address, 500),
    speaksTls(io, address, 500),
  ];
  await io.pass(2);
  await Promise.all(asked);
  client.close();
  return [...new Set(sent)].filter((line) => line !== "");
}

const READING = /^(stats( items| slabs| settings)?|version)$/;
const LOGIN = /^(set auth 0 0 12|monitor pass)$/;
/** VERSION of the binary protocol, and the beginning of a TLS handshake. */
const QUESTION = /^(800b(00){22}|16030[0-9a-f]+)$/;

describe("nothing is sent that changes or stores anything", () => {
  for (const { name, serve } of servers) {
    test(name, async () => {
      const sent = await sentTo(serve);
      expect(sent.length).toBeGreaterThan(2);
      expect(sent.filter((line) => !READING.test(line) && !QUESTION.test(line) && !LOGIN.test(line))).toEqual([]);
      if (name !== "one that wants a login") expect(sent.filter((line) => LOGIN.test(line))).toEqual([]);
    });
  }
});
