import { randomBytes } from "node:crypto";

// record     := type:u8 version:u16 length:u16 content
// handshake  := type:u8 length:u24 body
// RFC 8446 section 4.1.2, RFC 4279 section 2

/** What of a TLS 1.3 ClientHello a test decides. */
export interface Hello {
  readonly identity: Uint8Array;
  /** Offered behind it. */
  readonly more?: readonly Uint8Array[];
  /** Default: TLS_AES_128_GCM_SHA256. */
  readonly suite?: number;
}

const AES_128_GCM_SHA256 = 0x1301;

/** A ClientHello that offers pre-shared keys, with binders of nothing. */
export function clientHello13({ identity, more = [], suite = AES_128_GCM_SHA256 }: Hello): Buffer {
  const identities = [identity, ...more];
  const binders = identities.map(() => vector(1, Buffer.alloc(32)));
  const offer = Buffer.concat([
    vector(2, Buffer.concat(identities.map(pskIdentity))),
    vector(2, Buffer.concat(binders)),
  ]);
  const extensions = [...common(), extension(45, Buffer.from([1, 1])), extension(41, offer)]; // psk_dhe_ke
  return record(22, handshake(1, helloBody(vector(2, u16(suite)), extensions)));
}

/** A ClientHello of TLS 1.3 without a key: it makes the server sign. */
export function clientHello(): Buffer {
  return record(22, handshake(1, helloBody(vector(2, u16(AES_128_GCM_SHA256)), common())));
}

function common(): readonly Buffer[] {
  return [
    extension(43, Buffer.from([2, 3, 4])), // supported_versions: TLS 1.3
    extension(10, vector(2, u16(29))), // supported_groups: x25519
    extension(13, vector(2, u16(0x0804))), // signature_algorithms: rsa_pss_rsae_sha256
    extension(51, vector(2, Buffer.concat([u16(29), vector(2, randomBytes(32))]))), // key_share
  ];
}

const PSK_WITH_AES_128_CBC_SHA = 0x008c;

/** A ClientHello of TLS 1.2 that wants a pre-shared key. */
export function clientHello12(): Buffer {
  return record(22, handshake(1, helloBody(vector(2, u16(PSK_WITH_AES_128_CBC_SHA)), [])));
}

/** The message of TLS 1.2 in which a client names its key; it comes behind the server's ServerHelloDone. */
export function clientKeyExchange12(identity: Uint8Array): Buffer {
  return record(22, handshake(16, vector(2, identity)));
}

function helloBody(suites: Buffer, extensions: readonly Buffer[]): Buffer {
  const head = [u16(0x0303), randomBytes(32), vector(1, Buffer.alloc(0)), suites, Buffer.from([1, 0])];
  return Buffer.concat([...head, vector(2, Buffer.concat(extensions))]);
}

function pskIdentity(identity: Uint8Array): Buffer {
  return Buffer.concat([vector(2, identity), Buffer.alloc(4)]);
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([u16(type), vector(2, content)]);
}

function handshake(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), vector(3, body)]);
}

function record(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 1]), vector(2, content)]);
}

/** The content behind its length in so many bytes. */
function vector(lengthBytes: number, content: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(content.length, 0, lengthBytes);
  return Buffer.concat([length, content]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
