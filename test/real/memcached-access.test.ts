import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { connect, Socket } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { Sampler, told } from "./memcached-sampling.ts";
import { run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const directory = temporaryDirectory();
chmodSync(directory, 0o755); // memcached reads its files as nobody

async function uri(): Promise<{ readonly host: string; readonly port: number; readonly text: string }> {
  const port = await freePort(host);
  return { host, port, text: `${host}:${port}` };
}

function file(name: string, text: string, mode = 0o644): string {
  const path = join(directory, name);
  writeFileSync(path, text, { mode });
  return path;
}

async function item(at: { readonly host: string; readonly port: number }, key: string): Promise<string> {
  const socket = connect(at.port, at.host);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  socket.end(`get ${key}\r\n`);
  return waitFor(() => text !== "" && text, { what: `the answer to get ${key}` });
}

test("-B ascii: auto and text are up; binary says what is configured wrongly", async () => {
  const at = await uri();
  await startMemcached(at, ["-B", "ascii"]);
  expect(await new Sampler([`a.Uri=${at.text}`]).state()).toBe("up");
  expect(await new Sampler([`a.Uri=${at.text}`, "a.Protocol=text"]).state()).toBe("up");
  expect(await new Sampler([`a.Uri=${at.text}`, "a.Protocol=binary"]).state()).toBe(
    "not memcached (failed): the server speaks the text protocol only, but Protocol=binary is configured",
  );
});

test("-B binary: auto and binary are up with the same values as text; text says what is configured wrongly", async () => {
  const at = await uri();
  const program = await startMemcached(at, ["-B", "binary", "-c", "333"]);
  for (const protocol of ["auto", "binary"]) {
    const sampler = new Sampler([`a.Uri=${at.text}`, `a.Protocol=${protocol}`]);
    for (const tick of [1, 2, 3]) {
      const sample = await sampler.sample();
      expect(told(sample), `${protocol}, tick ${tick}`).toBe("up");
      if (sample.kind !== "good") throw new Error("up is good");
      expect(sample.numbers.get("pid")).toBe(program.pid);
      expect(sample.numbers.get("active_slabs")).toBe(0);
      expect(sample.texts.get("version")).toMatch(/^\d+\.\d+\.\d+$/);
      expect(sample.texts.get("setting.maxconns")).toBe("333");
    }
  }
  expect(await new Sampler([`a.Uri=${at.text}`, "a.Protocol=text"]).state()).toBe(
    "not memcached (failed): the server speaks the binary protocol only, but Protocol=text is configured",
  );
});

test("-B binary, then -B ascii on the same port: up again in the second tick", async () => {
  const at = await uri();
  const sampler = new Sampler([`a.Uri=${at.text}`]);
  const binary = await startMemcached(at, ["-B", "binary"]);
  expect(await sampler.state()).toBe("up");
  await binary.kill();
  expect(await sampler.state()).toMatch(/^down/);
  const ascii = await startMemcached(at, ["-B", "ascii"]);
  expect(await sampler.state(0.3)).toMatch(/^hung/);
  expect(await sampler.state(0.3)).toBe("up");
  await ascii.kill();
  await startMemcached(at, ["-B", "binary"]);
  expect(await sampler.state()).toBe("up");
});

test("-B binary: frozen, killed and started again, over 60 ticks without a descriptor more", async () => {
  const at = await uri();
  const program = await startMemcached(at, ["-B", "binary"]);
  const sampler = new Sampler([`a.Uri=${at.text}`]);
  expect(await sampler.state()).toBe("up");
  program.freeze();
  expect(await sampler.state(0.1)).toMatch(/^hung/);
  const before = readdirSync("/proc/self/fd").length;
  for (let tick = 0; tick < 60; tick++) expect(await sampler.state(0.06)).toMatch(/^hung/);
  await waitFor(() => readdirSync("/proc/self/fd").length <= before + 1, { what: "all sockets to be closed" });
  program.thaw();
  expect(await sampler.state()).toBe("up");
  await program.kill();
  expect(await sampler.state()).toMatch(/^down \(failed\): connection refused by/);
  await startMemcached(at, ["-B", "binary"]);
  expect(await sampler.state()).toBe("up");
});

test("-Y: no login, wrong, right; a login is never sent to a server that did not ask for it", async () => {
  const at = await uri();
  await startMemcached(at, ["-Y", file("auth", "mon:s3cret\n")]);
  const login = [`a.Uri=${at.text}`, "a.User=mon", `a.PasswordFile=${file("password", "wrong\n", 0o600)}`];
  expect(await new Sampler([`a.Uri=${at.text}`]).state()).toBe(
    "authentication failed (failed): it wants a login: set User and PasswordFile",
  );
  const sampler = new Sampler(login);
  for (const tick of [1, 2]) {
    expect(await sampler.state(), `tick ${tick}`).toBe(
      'authentication failed (failed): user "mon" was refused: CLIENT_ERROR authentication failure',
    );
  }
  file("password", "s3cret\n");
  expect(await sampler.state()).toBe("up");
  expect(await sampler.state()).toBe("up");
  const open = await uri();
  await startMemcached(open);
  expect(await new Sampler([`a.Uri=${open.text}`, ...login.slice(1)]).state()).toBe("up");
  expect(await item(open, "auth")).toBe("END\r\n");
});

test("-S: no login, wrong, right, and right again after wrong", async () => {
  const at = await uri();
  const database = join(directory, "sasldb");
  file("memcached.conf", `mech_list: plain\nsasldb_path: ${database}\n`);
  const made = await run("saslpasswd2", ["-p", "-c", "-a", "memcached", "-f", database, "mon"], { input: "s3cret" });
  expect(made.status, made.stderr).toBe(0);
  chmodSync(database, 0o644);
  const args = ["-l", at.host, "-p", String(at.port), "-U", "0", "-u", process.getuid?.() === 0 ? "nobody" : "", "-S"];
  await start("memcached", args, { ready: at, env: { SASL_CONF_PATH: directory } });
  expect(await new Sampler([`a.Uri=${at.text}`]).state()).toBe(
    "authentication failed (failed): it wants a login: set User and PasswordFile",
  );
  for (const protocol of ["auto", "binary"]) {
    const lines = [`a.Uri=${at.text}`, `a.Protocol=${protocol}`, "a.User=mon"];
    const sampler = new Sampler([...lines, `a.PasswordFile=${file("sasl-password", "wrong", 0o600)}`]);
    for (let tick = 0; tick < 12; tick++) {
      expect(await sampler.state(), protocol).toBe('authentication failed (failed): user "mon" was refused');
    }
    file("sasl-password", "s3cret");
    expect(await sampler.state()).toBe("up");
    expect(await sampler.state()).toBe("up");
  }
});

async function certificate(name: string): Promise<{ readonly cert: string; readonly key: string }> {
  const [cert, key] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const made = await run("openssl", [
    "req",
    "-x509",
    ...curve,
    "-nodes",
    "-days",
    "2",
    ...subject,
    "-keyout",
    key,
    "-out",
    cert,
  ]);
  expect(made.status, made.stderr).toBe(0);
  chmodSync(key, 0o640); // memcached reads it before it becomes nobody
  return { cert, key };
}

test("TLS: right authority and name are up, each mismatch and each wrong scheme is TLS failed", async () => {
  const at = await uri();
  const { cert, key } = await certificate("cache.test");
  const other = await certificate("other.test");
  await startMemcached(at, ["-Z", "-o", `ssl_chain_cert=${cert},ssl_key=${key}`]);
  const plain = await uri();
  await startMemcached(plain);
  const tls = `a.Uri=tls://${at.text}`;
  const trusted = [tls, `a.TLSCAFile=${cert}`, "a.TLSServerName=cache.test"];
  const sampler = new Sampler(trusted);
  for (const tick of [1, 2, 3]) expect(await sampler.state(0.9), `tick ${tick}`).toBe("up");
  expect(await new Sampler([tls, "a.TLSVerify=no"]).state(0.9)).toBe("up");
  const wrong = [
    { lines: [tls], want: /self-signed certificate/ },
    { lines: [tls, `a.TLSCAFile=${cert}`], want: /does not match certificate's altnames/ },
    { lines: [tls, `a.TLSCAFile=${other.cert}`, "a.TLSServerName=cache.test"], want: /self-signed certificate|verify/ },
    {
      lines: [tls, `a.TLSCAFile=${cert}`, "a.TLSServerName=other.test"],
      want: /does not match certificate's altnames/,
    },
    { lines: [...trusted, `a.TLSCertFile=${cert}`, `a.TLSKeyFile=${other.key}`], want: /key values mismatch/ },
    {
      lines: [`a.Uri=tls://${plain.text}`],
      want: /^TLS failed \(failed\): the server speaks no TLS; the Uri needs tcp:\/\/$/,
    },
    { lines: [`a.Uri=${at.text}`], want: /^TLS failed \(failed\): the server speaks TLS; the Uri needs tls:\/\/$/ },
  ];
  for (const { lines, want } of wrong) {
    const failing = new Sampler(lines);
    for (const tick of [1, 2]) {
      const state = await failing.state(0.9);
      expect(state, `${lines.join(" ")}, tick ${tick}`).toMatch(/^TLS failed \(failed\)/);
      expect(state, `${lines.join(" ")}, tick ${tick}`).toMatch(want);
    }
  }
});

test("unix socket: up, refused when the server has gone, no socket when the file has", async () => {
  const path = join(directory, "m.sock");
  const arguments_ = ["-s", path, "-a", "0777", "-u", process.getuid?.() === 0 ? "root" : ""];
  const program = await start("memcached", arguments_, { ready: { path } });
  const sampler = new Sampler([`a.Uri=unix:${path}`]);
  expect(await sampler.state()).toBe("up");
  const { roster } = await sampler.tick();
  expect(roster?.kind === "value" && roster.value.get("a")).toEqual({
    URI: `unix:${path}`,
    HOST: path,
    PORT: "",
    POOL: "",
  });
  const binary = new Sampler([`a.Uri=${path}`, "a.Protocol=binary"]);
  expect(await binary.state()).toBe("up");
  await program.kill();
  expect(await sampler.state()).toBe(`down (failed): connection refused by ${path}`);
  expect(await new Sampler([`a.Uri=${path}.none`]).state()).toBe(`down (failed): no socket at ${path}.none`);
});

test("unix socket of another user: down, with mode, owner and the command that mends it", async () => {
  const path = join(directory, "theirs.sock");
  writeFileSync(path, "", { mode: 0o600 });
  const denied = Object.assign(new Error(`connect EACCES ${path}`), { code: "EACCES" }); // root is never denied
  const io = { ...realIo(), connect: () => new Socket().destroy(denied) };
  const { samples, findings } = await new Sampler([`a.Uri=${path}`], { io }).tick();
  const owner = userInfo().username;
  const found = `no permission to use ${path}: mode 0600, owner ${owner}, tidemark runs as ${owner}`;
  expect(told(samples.get("a"))).toBe(`down (failed): ${found}`);
  expect(findings).toEqual([{ what: path, found, mend: expect.stringContaining("usermod -a -G") }]);
});
