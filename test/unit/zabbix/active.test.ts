import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeDataReply,
  decodeHeartbeatReply,
  decodeListReply,
  encodeAgentData,
  encodeCommandErrors,
  encodeHeartbeat,
  encodeItemRow,
  encodeListRequest,
  encodeNotSupportedRow,
} from "../../../src/zabbix/active.ts";
import { PacketDecoder } from "../../../src/zabbix/packet.ts";
import { fromHex, vectors } from "./vectors.ts";

interface Capture {
  readonly agent: string;
  readonly server: string;
  readonly request: string;
  readonly requestHex: string;
  readonly replyHex: string;
}

interface ServerReply {
  readonly server: string;
  readonly name: string;
  readonly requestBody: string;
  readonly replyHex: string;
}

const captures = vectors<{ readonly cases: readonly Capture[] }>("active-captures").cases;
const replies = vectors<{ readonly cases: readonly ServerReply[] }>("server-replies").cases;
const HOST = { host: "h1", metadata: undefined, interface: undefined, ip: undefined, port: undefined };
const KNOWN = { session: "0123456789abcdef0123456789abcdef", revision: 0 };

function bodyOf(hex: string): Buffer {
  const decoded = new PacketDecoder(1 << 20).push(fromHex(hex));
  if (decoded.kind !== "packet") throw new Error(decoded.kind);
  return decoded.body;
}

function parsed(body: Buffer): unknown {
  return JSON.parse(body.toString("utf8"));
}

function reply(text: string | object): Buffer {
  return Buffer.from(typeof text === "string" ? text : JSON.stringify(text));
}

describe("what real agents said and real servers answered", () => {
  for (const { agent, server, request, requestHex, replyHex } of captures) {
    const name = `${request} of ${agent} to ${server}`;
    const asked = parsed(bodyOf(requestHex)) as Record<string, unknown>;
    if (request === "active checks") {
      test(`${name}: the reply is read`, () => {
        const listed = decodeListReply(bodyOf(replyHex));
        if (listed.kind !== "ok" || listed.value.kind !== "success") throw new Error(JSON.stringify(listed));
        if (asked["version"] === undefined)
          expect(listed.value.faults.every((text) => /no itemid$/.test(text))).toBe(true);
        else if (replyHex.length < 100) expect(listed.value.items).toBeUndefined();
        else expect(listed.value.items?.slice(0, 4).map(({ itemid }) => itemid)).toEqual([20001, 20002, 20003, 20004]);
        expect(listed.value.revision > 0).toBe(server.includes("7.0") && listed.value.items !== undefined);
        expect(listed.value.upload).toBe(true);
      });
    }
    if (request === "active checks" && agent === "zabbix_agent2 7.0.29") {
      test(`${name}: we ask the same, but for version and session`, () => {
        const ours = encodeListRequest(
          { host: "h1", metadata: "lab", interface: undefined, ip: "127.0.0.1", port: asked["port"] as number },
          { session: String(asked["session"]), revision: Number(asked["config_revision"]) },
        );
        expect(parsed(ours)).toEqual({ ...asked, version: "7.0.0" });
      });
    }
    if (request === "agent data") {
      test(`${name}: the reply is read`, () => {
        expect(decodeDataReply(bodyOf(replyHex))).toMatchObject({ kind: "ok", value: { kind: "success", failed: 0 } });
      });
    }
    if (request === "agent data" && agent === "zabbix_agent2 7.0.29") {
      test(`${name}: our form is the same`, () => {
        const rows = (asked["data"] as readonly Record<string, unknown>[]).map(
          ({ id, itemid, value, state, clock, ns }) => {
            const body =
              state === 1
                ? encodeNotSupportedRow(Number(itemid), String(value))
                : encodeItemRow(Number(itemid), String(value));
            return `{"id":${id},${body},"clock":${clock},"ns":${ns}}`;
          },
        );
        const ours = encodeAgentData({ session: String(asked["session"]), host: "h1", rows: rows.join(",") });
        const log = (row: Record<string, unknown>) => ({ ...row, lastlogsize: undefined, mtime: undefined });
        const theirs = { ...asked, version: "7.0.0", data: (asked["data"] as Record<string, unknown>[]).map(log) };
        expect(parsed(ours)).toEqual(JSON.parse(JSON.stringify(theirs)));
      });
    }
    if (request === "active check heartbeat" && agent === "zabbix_agent2 7.0.29") {
      test(`${name}: our form is the same`, () => {
        expect(parsed(encodeHeartbeat("h1", Number(asked["heartbeat_freq"])))).toEqual({ ...asked, version: "7.0.0" });
        expect(replyHex).toBe("");
      });
    }
  }
});

describe("other replies of real servers", () => {
  const refusals = replies.filter(
    ({ name, replyHex }) => /^active checks (unknown|disabled|psk|bad|no host)/.test(name) && replyHex !== "",
  );
  test("there are some of both versions", () => {
    expect(refusals.length).toBeGreaterThan(12);
  });
  for (const { server, name, replyHex } of refusals) {
    test(`${name}, ${server}: failed, with the reason`, () => {
      const listed = decodeListReply(bodyOf(replyHex));
      expect(listed).toEqual({
        kind: "ok",
        value: { kind: "failed", upload: true, reason: JSON.parse(bodyOf(replyHex).toString()).info },
      });
    });
  }

  test("an unchanged list has no items", () => {
    const same = replies.find(({ name, server }) => /again, same session/.test(name) && /7\.0/.test(server));
    const listed = decodeListReply(bodyOf(same?.replyHex ?? ""));
    expect(listed).toMatchObject({ kind: "ok", value: { kind: "success", items: undefined, revision: 0 } });
  });

  test("a compressed list is read like any other", () => {
    for (const { replyHex } of replies.filter(({ name }) => name === "active checks compressed")) {
      expect(decodeListReply(bodyOf(replyHex))).toMatchObject({
        kind: "ok",
        value: { faults: [], items: expect.arrayContaining([{ key: "agent.ping", itemid: 20001, delay: "30s" }]) },
      });
    }
  });

  for (const [name, failed] of [
    ["agent data 7.0 form", 1],
    ["agent data 7.0 form resend same ids", 1],
    ["agent data unknown host", 0],
    ["agent data empty data", 0],
  ] as const) {
    test(`${name}: ${failed} failed, and success all the same`, () => {
      const all = replies.filter((one) => one.name === name);
      expect(all.length).toBe(2);
      for (const { replyHex } of all) {
        expect(decodeDataReply(bodyOf(replyHex))).toMatchObject({ kind: "ok", value: { kind: "success", failed } });
      }
    });
  }
});

describe("list replies", () => {
  const item = { key: "agent.ping", itemid: 1, delay: "30s", lastlogsize: 0, mtime: 0 };

  test("unknown fields are ignored, numbers are delays too", () => {
    const body = reply({
      response: "success",
      config_revision: 9,
      later: {},
      data: [{ ...item, delay: 30, timeout: "3s", x: [] }],
    });
    expect(decodeListReply(body)).toEqual({
      kind: "ok",
      value: {
        kind: "success",
        upload: true,
        items: [{ key: "agent.ping", itemid: 1, delay: "30" }],
        faults: [],
        revision: 9,
        commands: [],
      },
    });
  });

  for (const [bad, fault] of [
    [5, "an item is not a JSON object"],
    [{ itemid: 1, delay: "1" }, "an item has no key"],
    [{ key: "a", delay: "1" }, 'item "a" has no itemid'],
    [{ key: "a", itemid: "1", delay: "1" }, 'item "a" has no itemid'],
    [{ key: "a", itemid: 2 ** 60, delay: "1" }, 'item "a" has no itemid'],
    [{ key: "a", itemid: 1 }, 'item "a" has no delay'],
    [{ key: "a", itemid: 1, delay: null }, 'item "a" has no delay'],
  ] as const) {
    test(`${JSON.stringify(bad)} costs that item only`, () => {
      const listed = decodeListReply(reply({ response: "success", data: [bad, item] }));
      expect(listed).toMatchObject({ kind: "ok", value: { items: [{ key: "agent.ping" }], faults: [fault] } });
    });
  }

  for (const [body, reason] of [
    ["", "the reply is not a JSON object"],
    ["[]", "the reply is not a JSON object"],
    ["null", "the reply is not a JSON object"],
    ['{"response":"success"', "the reply is not a JSON object"],
    ["{}", 'the reply has no "response"'],
    ['{"response":"maybe"}', 'the reply has no "response"'],
    ['{"response":"success","data":{}}', '"data" is not a list'],
    ['{"response":"failed","redirect":{"revision":1}}', "a redirect has no address"],
  ] as const) {
    test(`${body} is malformed`, () => {
      expect(decodeListReply(reply(body))).toEqual({ kind: "malformed", reason });
    });
  }

  test("a redirect names another server, and may be reset", () => {
    const to = reply({ response: "failed", redirect: { revision: 3, address: "proxy2.example:10052" } });
    const redirect = { kind: "to", address: "proxy2.example:10052", revision: 3 };
    expect(decodeListReply(to)).toEqual({ kind: "ok", value: { kind: "redirect", redirect } });
    expect(decodeDataReply(to)).toEqual({ kind: "ok", value: { kind: "redirect", redirect } });
    expect(decodeHeartbeatReply(to)).toEqual(redirect);
    const reset = reply({ response: "failed", redirect: { reset: true } });
    expect(decodeListReply(reset)).toEqual({ kind: "ok", value: { kind: "redirect", redirect: { kind: "reset" } } });
    expect(decodeHeartbeatReply(reply(""))).toBeUndefined();
  });

  test("upload disabled holds values back", () => {
    const body = reply({ response: "success", upload: "disabled" });
    expect(decodeListReply(body)).toMatchObject({ kind: "ok", value: { upload: false } });
    expect(decodeDataReply(body)).toMatchObject({ kind: "ok", value: { upload: false } });
    const refused = reply({ response: "failed", upload: "disabled" });
    expect(decodeDataReply(refused)).toMatchObject({ kind: "ok", value: { kind: "failed", upload: false } });
  });

  test("remote commands are only counted, and refused one by one", () => {
    const body = reply({ response: "success", data: [], commands: [{ command: "x", id: 7, wait: 1 }, { id: "8" }, 9] });
    expect(decodeListReply(body)).toMatchObject({ kind: "ok", value: { commands: [7] } });
    expect(parsed(encodeCommandErrors({ session: KNOWN.session, host: "h1" }, [7]))).toMatchObject({
      request: "agent data",
      commands: [{ id: 7, error: "tidemark runs no remote commands." }],
    });
  });

  test("whatever JSON comes, nothing is thrown", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        decodeListReply(reply(text));
        decodeDataReply(reply(text));
        decodeHeartbeatReply(reply(text));
      }),
      { numRuns: 300 },
    );
  });
});

describe("requests", () => {
  test("what is not configured is not sent", () => {
    expect(parsed(encodeListRequest(HOST, KNOWN))).toEqual({
      request: "active checks",
      host: "h1",
      version: "7.0.0",
      variant: 2,
      session: KNOWN.session,
      config_revision: 0,
    });
  });

  test('the host\'s interface goes out as "interface"', () => {
    const body = parsed(encodeListRequest({ ...HOST, interface: "web.example" }, KNOWN));
    expect(body).toMatchObject({ interface: "web.example" });
  });

  test("a row's text is cut at NUL and never holds half a surrogate pair", () => {
    expect(encodeItemRow(5, 'a"b\n\ud800c\0d')).toBe('"itemid":5,"value":"a\\"b\\n\ufffdc"');
    expect(encodeNotSupportedRow(6, "Why.")).toBe('"itemid":6,"state":1,"value":"Why."');
  });
});
