import { describe, expect, test } from "vitest";
import { encodePacket } from "../../../../src/zabbix/packet.ts";
import { address } from "../../../real/address.ts";
import type { Asked } from "../scripted-server.ts";
import { Sampled } from "./bench.ts";
import { ITEM, quick, start, until, zabbix } from "./zabbix.ts";

const HOST = address(import.meta.url);

/** What may come in place of an answer. `hold`: the connection stays open. */
const BAD: readonly (readonly [what: string, bytes: Buffer | undefined, reason: RegExp, hold?: true])[] = [
  ["nothing, and the end", undefined, /connection closed by .* without a reply/i],
  ["wrong magic", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /expected a packet that begins with ZBXD/i],
  ["no JSON", encodePacket(Buffer.from("{nonsense")), /the reply is not a JSON object/i],
  ["JSON of another kind", encodePacket(Buffer.from("[1,2]")), /the reply is not a JSON object/i],
  ["no response", encodePacket(Buffer.from("{}")), /the reply has no "response"/i],
  [
    "a huge reply announced",
    Buffer.from("5a425844010000007000000000", "hex"),
    /packet of 1879048192 bytes is over the limit/i,
  ],
  [
    "half a reply, then the end",
    encodePacket(Buffer.from('{"response":"success"}')).subarray(0, 20),
    /closed by .* after 20 bytes/,
  ],
  ["half a reply, and no end", Buffer.from("ZBXD\x01"), /only 5 bytes of a reply within 10 s/i, true],
  ["a hang", Buffer.alloc(0), /connected, but no reply within 10 s/i, true],
];

function misbehave(socket: Asked["socket"], bytes: Buffer | undefined, hold: true | undefined): void {
  if (bytes === undefined) socket.destroy();
  else if (hold === true) socket.write(bytes);
  else socket.end(bytes);
}

describe("bad answers", () => {
  for (const [what, bytes, reason, hold] of BAD) {
    for (const request of ["active checks", "agent data"]) {
      test(`${what} to "${request}": said once; sampling goes on, and all values arrive in the end`, async () => {
        const server = await zabbix(HOST);
        const { sampled, client, outbox, log } = start([server], {
          times: { refresh: 3600, timeout: hold ? 10 : 120 },
          ...quick(),
        });
        let bad = true;
        server.instead = ({ socket }, message) => {
          if (!bad || message.request !== request) return false;
          misbehave(socket, bytes, hold);
          return true;
        };
        sampled.tick();
        await until("it is noticed", () => reason.test(client.state));
        sampled.tick(2);
        await until("another try", () => server.of(request).length > 2);
        expect(log.lines.filter((line) => reason.test(line)).length).toBe(1);
        bad = false;
        sampled.tick();
        await until("all is delivered", () => server.values().includes("3") && outbox.stats.rows === 0);
        const isNew = request === "active checks"; // the host was not known before: nothing of the past
        expect([...new Set(server.values())]).toEqual(isNew ? ["3"] : ["0", "1", "2", "3"]);
        expect(client.state).toBe("ok");
      });
    }
  }

  test("a batch that was not acknowledged is repeated with the same ids", async () => {
    const server = await zabbix(HOST);
    let answers = 0;
    server.instead = ({ socket }, { request }) => {
      if (request !== "agent data" || answers++ > 1) return false;
      socket.destroy();
      return true;
    };
    const { sampled, outbox } = start([server], quick());
    sampled.tick(2);
    await until("it is delivered", () => outbox.stats.rows === 0 && server.of("agent data").length > 2);
    const [first, second, third] = server.of("agent data").map((message) => JSON.stringify(message));
    expect([second, third]).toEqual([first, first]);
  });

  test("items that cannot be read cost themselves only", async () => {
    const server = await zabbix(HOST);
    server.list = {
      response: "success",
      data: [5, { key: "cache.items" }, ITEM, { ...ITEM, itemid: 2, delay: "{$D}" }],
    };
    const { sampled, log } = start([server], { times: { refresh: 60 } });
    sampled.tick();
    await until("a value", () => server.values().length === 1);
    expect(server.values(2)).toEqual(['Invalid update interval "{$D}".']);
    expect(log.lines.length).toBe(3);
  });
});

describe("a server that cannot be reached", () => {
  test("costs nothing but time: all values wait, and arrive once and in order", async () => {
    const server = await zabbix(HOST);
    const { sampled, client, outbox, log } = start([server], { times: { refresh: 1, timeout: 60 }, ...quick() });
    sampled.tick();
    await until("a value", () => server.values().length === 1 && outbox.stats.rows === 0);
    await server.server.close();
    sampled.tick(20);
    await until("it is noticed", () => /^connection refused by/.test(client.state));
    sampled.tick(20);
    await until("all is queued", () => outbox.stats.rows === 40);
    expect(log.lines.filter((line) => /refused/.test(line)).length).toBe(1);
    await server.server.open();
    await until("all is delivered", () => outbox.stats.rows === 0);
    expect(server.values()).toEqual(Array.from({ length: 41 }, (_, slot) => String(slot)));
    expect(client.state).toBe("ok");
  });

  test("DNS gone: said, tried again, and another destination does not mind", async () => {
    const server = await zabbix(HOST);
    const sampled = new Sampled();
    const other = start([server], { sampled });
    const lost = start([server], { sampled, nodes: [{ kind: "tcp", host: "no.such.name.invalid", port: 10051 }] });
    sampled.tick();
    await until("the name is not found", () => lost.client.state === 'cannot resolve "no.such.name.invalid"');
    await until("a value", () => server.values().length === 1);
    expect(other.client.state).toBe("ok");
    expect(lost.client.items).toBeUndefined();
  });

  test("at the start: what is sampled until it answers is made up for by the list of before", async () => {
    const server = await zabbix(HOST);
    const first = start([server]);
    first.sampled.tick();
    await until("a value", () => server.values().length === 1 && first.outbox.stats.rows === 0);
    await first.client.close();
    await server.server.close();
    first.sampled.tick(5);
    const second = start([server], { ...first, ...quick(), times: { refresh: 1, timeout: 60 } });
    first.sampled.tick(5);
    await until("all is queued", () => first.outbox.stats.rows === 10);
    await server.server.open();
    await until("all is delivered", () => first.outbox.stats.rows === 0);
    expect(server.values()).toEqual(Array.from({ length: 11 }, (_, slot) => String(slot)));
    expect(second.client.state).toBe("ok");
  });

  test("a client that waits for an answer is closed at once", async () => {
    const server = await zabbix(HOST);
    server.instead = () => true;
    const { sampled, client } = start([server]);
    sampled.tick();
    await until("a question", () => server.messages.length === 1);
    await client.close();
    expect(client.state).toBe(
      "connection closed by SERVER without a reply".replace("SERVER", `${HOST}:${server.server.at.port}`),
    );
  });
});
