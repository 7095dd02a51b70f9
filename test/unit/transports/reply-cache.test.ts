import { expect, test } from "vitest";
import { ReplyCache } from "../../../src/transports/reply-cache.ts";

const REPLY = Buffer.from("reply");

function request(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

test("ReplyCache gives a reply for the same bytes only", () => {
  const cache = new ReplyCache();
  cache.put(request("a\xff"), { reply: REPLY, until: 10 }, 1);
  expect(cache.get(request("a\xff"), 1, 10)).toBe(REPLY);
  expect(cache.get(request("a\xfe"), 1, 10)).toBeUndefined();
});

test("ReplyCache gives none when it is too old, of another generation or was cleared", () => {
  const cache = new ReplyCache();
  cache.put(request("a"), { reply: REPLY, until: 10 }, 1);
  expect(cache.get(request("a"), 1, 10.1)).toBeUndefined();
  expect(cache.get(request("a"), 2, 5)).toBeUndefined();
  cache.clear();
  expect(cache.get(request("a"), 1, 5)).toBeUndefined();
});

test("ReplyCache keeps nothing that must not be kept, nor what is large", () => {
  const cache = new ReplyCache();
  cache.put(request("a"), { reply: REPLY, until: 0 }, 1);
  cache.put(request("b".repeat(4097)), { reply: REPLY, until: 10 }, 1);
  expect(cache.get(request("a"), 1, 0)).toBeUndefined();
  expect(cache.get(request("b".repeat(4097)), 1, 5)).toBeUndefined();
});

test("ReplyCache forgets all when there are too many or they are too large together", () => {
  const cache = new ReplyCache();
  for (let i = 0; i < 1024; i++) cache.put(request(`k${i}`), { reply: REPLY, until: 10 }, 1);
  expect(cache.get(request("k0"), 1, 5)).toBe(REPLY);
  cache.put(request("one more"), { reply: REPLY, until: 10 }, 1);
  expect(cache.get(request("k0"), 1, 5)).toBeUndefined();
  expect(cache.get(request("one more"), 1, 5)).toBe(REPLY);
  const large = Buffer.alloc(3 << 20);
  cache.put(request("large"), { reply: large, until: 10 }, 1);
  expect(cache.get(request("one more"), 1, 5)).toBe(REPLY);
  cache.put(request("larger"), { reply: large, until: 10 }, 1);
  expect(cache.get(request("one more"), 1, 5)).toBeUndefined();
  expect(cache.get(request("larger"), 1, 5)).toBe(large);
});
