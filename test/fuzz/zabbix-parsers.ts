import type { NameService } from "../../src/io/name-service.ts";
import { pluginOptions } from "../../src/plugin/options.ts";
import { decodeList } from "../../src/transports/active/list-record.ts";
import { parseServerActive } from "../../src/transports/active/server-active.ts";
import { controlReplies } from "../../src/transports/control-replies.ts";
import { compilePeers } from "../../src/transports/peers.ts";
import { matchesWildcard } from "../../src/words/wildcard.ts";
import { compileAccess } from "../../src/zabbix/access.ts";
import { decodeDataReply, decodeHeartbeatReply, decodeListReply } from "../../src/zabbix/active.ts";
import { compileAliases } from "../../src/zabbix/alias.ts";
import { nextCheck, parseInterval } from "../../src/zabbix/interval.ts";
import { formatKey, parseKey } from "../../src/zabbix/key.ts";
import { encodePacket, PacketDecoder } from "../../src/zabbix/packet.ts";
import { decodeJsonReply, decodePassiveRequest, encodeJsonReply, encodePlainReply } from "../../src/zabbix/passive.ts";
import { type AgentMessage, AgentMessageDecoder } from "../../src/zabbix/plugin.ts";
import { parseSenderInfo, readSenderKey } from "../../src/zabbix/sender.ts";
import { parseSenderLine } from "../../src/zabbix/sender-input.ts";
import { bodies, texts, vectorTexts, words } from "./corpus.ts";
import { type Fuzzed, must, parsedValue, pieces } from "./fuzzed.ts";

const MOST_BODY = 1 << 16;
const JSON_WORDS =
  '{ } [ ] "data" "key" "value" "request" "response" "success" "error" null true \\ud800 \\u0000 1e400 "timeout"';

/** The bodies that come of it, or undefined when it is malformed. */
function packetsIn(chunks: readonly Buffer[]): readonly Buffer[] | undefined {
  const decoder = new PacketDecoder(MOST_BODY);
  const found: Buffer[] = [];
  for (const chunk of chunks) {
    let decoded = decoder.push(chunk);
    while (decoded.kind === "packet") {
      must(decoded.body.length <= MOST_BODY, "a body within the limit");
      found.push(Buffer.from(decoded.body));
      decoded = decoder.next();
    }
    if (decoded.kind === "malformed") {
      must(decoded.reason !== "" && decoder.rest === 0, "a reason, and nothing kept");
      return undefined;
    }
  }
  return found;
}

const packet: Fuzzed = {
  name: "packets",
  stock: () => ({
    corpus: [
      ...vectorTexts("header"),
      ...vectorTexts("passive-edge-cases"),
      ...vectorTexts("zabbix-get-replies"),
      encodePacket(Buffer.alloc(9000, "x"), { compress: true }),
      encodePacket(Buffer.from("{}"), { compress: true }),
    ].filter((bytes) => bytes.toString("latin1").startsWith("ZBXD")),
    dictionary: [...texts("ZBXD", "ZBXD\x01", "ZBXD\x03", "ZBXD\x05", "ZBXD\x07"), Buffer.of(0x78, 0x9c)],
  }),
  read: (bytes, dice) => {
    const whole = packetsIn([bytes]);
    const split = packetsIn(pieces(bytes, dice));
    must((whole === undefined) === (split === undefined), "the same verdict however it is cut");
    must(whole === undefined || Buffer.concat([...whole]).equals(Buffer.concat([...(split ?? [])])), "the same bodies");
  },
};

const passiveRequest: Fuzzed = {
  name: "requests of passive checks",
  stock: () => ({
    corpus: [...bodies(vectorTexts("passive-captures")), ...bodies(vectorTexts("passive-edge-cases"))],
    dictionary: words(`${JSON_WORDS} "passive checks" agent.ping memcached.stat[ 3s 600`),
  }),
  read: (bytes) => {
    const request = decodePassiveRequest(bytes);
    must(request.form === "plain" || request.form === "json", "a form");
    if ("error" in request) must(typeof request.error === "string" && request.error !== "", "an error");
    else must(typeof request.key === "string" && !request.key.includes("\0"), "a key without NUL");
    if ("timeout" in request && request.timeout !== undefined)
      must(request.timeout >= 1 && request.timeout <= 600, "a timeout");
  },
};

const passiveReply: Fuzzed = {
  name: "replies to passive checks",
  stock: () => ({ corpus: bodies(vectorTexts("zabbix-get-replies")), dictionary: words(JSON_WORDS) }),
  read: (bytes) => {
    const reply = parsedValue(decodeJsonReply(bytes));
    if (reply === undefined) return;
    must(["value", "none", "unknown"].includes(reply.kind), "a kind");
    must(
      encodeJsonReply(reply, "7.0.0", 2).length > 0 && encodePlainReply(reply).length >= 0,
      "a reply that can be encoded",
    );
  },
};

const key: Fuzzed = {
  name: "item keys",
  stock: () => ({
    corpus: [...vectorTexts("item-key"), ...texts('memcached.rate["a\\"b",[x,y],,z]', "agent.ping", "k[]")],
    dictionary: words('[ ] , " \\" [[ ]] "" memcached.stat ../../etc/passwd tcp://127.0.0.1:1 $(id) \u00e9'),
  }),
  read: (bytes) => {
    const parsed = parsedValue(parseKey(bytes.toString("utf8")));
    if (parsed === undefined) return;
    must(/^[0-9A-Za-z_.-]+$/.test(parsed.name), "a name of letters that keys have");
    if (!parsed.hasBrackets || parsed.params.some((param) => param.endsWith("\\"))) return; // cannot be written again
    const again = parsedValue(parseKey(formatKey(parsed.name, parsed.params)));
    must(
      JSON.stringify(again?.params) === JSON.stringify(parsed.params),
      "the same parameters once they were written again",
    );
  },
};

/** No name is looked up for real. */
const NOBODY_KNOWN: NameService = { resolve: async () => [], seconds: () => 0, after: () => () => undefined };

const access: Fuzzed = {
  name: "access rules, aliases, lists of peers and servers",
  stock: () => ({
    corpus: [...vectorTexts("access-rules"), ...vectorTexts("wildcard"), ...vectorTexts("allowed-peers")],
    dictionary: words("* ** [*] system.run[*] :[ / /33 ::1 ::ffff:1.2.3.4 ; 10051 a.b , [::1]:1"),
  }),
  read: (bytes, dice) => {
    const lines = bytes.toString("utf8").split("\n");
    const rules = lines.map((pattern) => ({ allow: dice.below(2) === 0, pattern }));
    const compiled = parsedValue(compileAccess(rules));
    const asked = parsedValue(parseKey("memcached.stat[main,curr_items]"));
    if (asked !== undefined) must(typeof (compiled?.allows(asked) ?? true) === "boolean", "a verdict");
    must(typeof matchesWildcard(lines[0] ?? "", lines.at(-1) ?? "") === "boolean", "a match or none");
    const alias = parsedValue(compileAliases(lines));
    must(typeof (alias?.("a[b]") ?? "") === "string", "a key");
    must(
      typeof (parsedValue(compilePeers(lines[0] ?? "", NOBODY_KNOWN))?.admits("192.0.2.1") ?? true) !== "undefined",
      "a verdict",
    );
    parsedValue(parseServerActive(lines));
  },
};

const interval: Fuzzed = {
  name: "update intervals",
  stock: () => ({
    corpus: [...vectorTexts("interval-grammar"), ...vectorTexts("interval-next-check")].filter(
      ({ length }) => length < 200,
    ),
    dictionary: words("; 1m /1-5,9:00-18:00 h9-17/2 wd1-5 md31 m0/30 s59 24:00 0 86400 w"),
  }),
  read: (bytes) => {
    const parsed = parsedValue(parseInterval(bytes.toString("utf8", 0, 255)));
    if (parsed === undefined) return;
    const now = 1_700_000_000;
    must(nextCheck(parsed, { itemid: 7, now, zone: () => 3600 }) > now, "a next check in the future");
  },
};

const serverReply: Fuzzed = {
  name: "replies of servers to active agents",
  stock: () => ({
    corpus: [
      ...bodies(vectorTexts("server-replies")),
      ...bodies(vectorTexts("active-captures")),
      ...bodies(vectorTexts("sender-captures")),
      ...texts(
        '{"response":"success","data":[{"key":"a","itemid":1,"delay":"1m"}],"commands":[{"id":7,"command":"x","wait":1}]}',
        '{"response":"failed","redirect":{"revision":3,"address":"192.0.2.1:10051"}}',
        '{"host":"h","items":[[1,"a.b[c]","1m"],[2,"d","30s;wd1-5h9-18"]]}',
      ),
    ],
    dictionary: words(
      `${JSON_WORDS} "redirect" "address" "revision" "reset" "itemid" "delay" "config_revision" "info" "upload"`,
    ),
  }),
  read: (bytes) => {
    const list = parsedValue(decodeListReply(bytes));
    if (list !== undefined) must(typeof list === "object", "a list or what stands for it");
    const data = parsedValue(decodeDataReply(bytes));
    if (data !== undefined) must(typeof data === "object", "a reply");
    const redirect = decodeHeartbeatReply(bytes);
    must(redirect === undefined || typeof redirect === "object", "a redirect or none");
    for (const item of decodeList(bytes.toString("utf8"), "h") ?? []) must(typeof item.key === "string", "an item");
  },
};

const sender: Fuzzed = {
  name: "lines and replies of zabbix_sender",
  stock: () => ({
    corpus: [
      ...vectorTexts("sender-input"),
      ...vectorTexts("sender-captures"),
      ...texts(
        '"host":"h","key":"k[\\"a\\"]","value":"1"',
        "processed: 1; failed: 0; total: 1; seconds spent: 0.000055",
      ),
    ],
    dictionary: words('- " \\" \\n processed: failed: "host":"h","key":"k", 1700000000'),
  }),
  read: (bytes, dice) => {
    const line = bytes.toString("utf8");
    const options = { host: "h", timestamps: dice.below(2) === 0, nanoseconds: dice.below(2) === 0 };
    const row = parsedValue(parseSenderLine(line, options));
    if (row !== undefined) must(row.host !== "" && row.key !== "", "a host and a key");
    if (row?.clock !== undefined) must(Number.isSafeInteger(row.clock) && row.clock >= 0, "a clock");
    must(typeof readSenderKey(line) === "string", "a key");
    const counts = parseSenderInfo(line);
    if (counts !== undefined)
      must(
        Object.values(counts).every((count) => !Number.isNaN(count)),
        "counts",
      );
  },
};

const plugin: Fuzzed = {
  name: "frames of agent 2 to its plugins",
  stock: () => ({
    corpus: [...vectorTexts("plugin-captures"), ...frames()],
    dictionary: [
      ...words(`${JSON_WORDS} "Nodes" "Name" "Value" "private_options" "parameters"`),
      Buffer.of(1, 0, 0, 0),
    ],
  }),
  read: (bytes, dice) => {
    const decoder = new AgentMessageDecoder();
    for (const piece of pieces(bytes, dice)) {
      const messages = parsedValue(decoder.push(piece));
      if (messages === undefined) return;
      for (const message of messages) mustBeMessage(message);
    }
  },
};

function mustBeMessage(message: AgentMessage): void {
  must(typeof message.kind === "string", "a message");
  if (message.kind !== "configure" && message.kind !== "validate") return;
  const { options } = pluginOptions(message.options, { socket: "/run/s", directory: "/run/d" });
  must(
    options.directives.every((line) => line.includes("=") && !/[\r\n]/.test(line.slice(line.indexOf("=")))),
    "directives of one line each",
  );
}

function frames(): readonly Buffer[] {
  const requests = [
    { id: 1, type: 2, version: "6.0.13" },
    { id: 2, type: 6, key: "memcached.state", parameters: ["main"], timeout: 3 },
    { id: 3, type: 9, private_options: { Name: "Tidemark", Nodes: [{ Name: "Config", Value: "L2V0Yw==", Line: 3 }] } },
  ];
  return requests.map((request) => {
    const json = Buffer.from(JSON.stringify(request));
    const head = Buffer.alloc(8);
    head.writeUInt32LE(1, 0);
    head.writeUInt32LE(json.length, 4);
    return Buffer.concat([head, json]);
  });
}

const control: Fuzzed = {
  name: "requests to the control socket",
  stock: () => ({
    corpus: texts(
      '{"request":"passive checks","data":[{"key":"agent.ping"},{"key":"memcached.state[main]"}]}',
      '{"request":"print"}',
      '{"request":"forget","target":"main"}',
    ),
    dictionary: words(`${JSON_WORDS} "passive checks" "print" "__proto__" "toJSON" "length"`),
  }),
  read: async (bytes) => {
    const reply: unknown = JSON.parse(await answer(bytes));
    must(typeof reply === "object" && reply !== null && !Array.isArray(reply), "a JSON object");
  },
};

const answer = controlReplies({
  ask: (asked) => ({ kind: "value", text: asked, clock: 1 }),
  commands: { print: async () => ({ calls: [] }), forget: ({ target }) => ({ forgotten: typeof target === "string" }) },
  io: { now: () => ({ clock: 0, mono: 0 }) },
});

export const ZABBIX_PARSERS: readonly Fuzzed[] = [
  packet,
  passiveRequest,
  passiveReply,
  key,
  access,
  interval,
  serverReply,
  sender,
  plugin,
  control,
];
