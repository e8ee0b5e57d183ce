import type { Digest } from '../../core/digest.ts';
import { formatHostPort, isLoopback } from '../../core/network.ts';
import { formatAddress, parseAddress, type Address } from '../address.ts';
import { FieldReader, FieldWriter } from './fields.ts';

/** Changes with every change of the frames that an older system would not understand. */
const protocolVersion = 1;
export const nonceBytes = 16;
export const proofBytes = 32;

/** How a system introduces itself: the body of `hello` and of `challenge`. */
export interface Introduction {
  readonly version: number;
  readonly hasSecret: boolean;
  /** The longest frame that it takes. */
  readonly frameBytesMax: number;
  readonly nonce: Uint8Array;
  readonly clusterId: string;
  readonly address: Address;
}

/** What a system demands of those that it talks to. */
export interface HelloTerms {
  readonly self: Address;
  readonly clusterId: string;
  readonly secret: Uint8Array | undefined;
  readonly frameBytesMax: number;
  /** Nothing proves who the peer is, so only this machine's systems are talked to. */
  readonly isLoopbackOnly: boolean;
}

/** Why two systems do not talk, as numbers on the wire. A number never changes its meaning. */
const reasonNumbers = {
  version: 1,
  cluster: 2,
  secret: 3,
  address: 4,
  self: 5,
  limits: 6,
  full: 7,
  unknown: 255,
} as const;

export type RefusalReason = keyof typeof reasonNumbers;

export interface Refusal {
  readonly reason: RefusalReason;
  /** For people, a part of a sentence. */
  readonly text: string;
}

export function introduce(terms: HelloTerms, nonce: Uint8Array): Introduction {
  const { self, clusterId, secret, frameBytesMax } = terms;
  const hasSecret = secret !== undefined;
  return { version: protocolVersion, hasSecret, frameBytesMax, nonce, clusterId, address: self };
}

export function encodeIntroduction(introduction: Introduction): Uint8Array {
  const { version, hasSecret, frameBytesMax, nonce, clusterId, address } = introduction;
  return new FieldWriter()
    .raw(magic)
    .uint16(version)
    .uint8(hasSecret ? secretFlag : 0)
    .uint32(frameBytesMax)
    .raw(nonce)
    .text(clusterId)
    .text(formatAddress(address))
    .finish();
}

/**
 * Reads an introduction. Only the version, if that is another one: the rest may lie differently. Undefined
 * for what is none.
 */
export function decodeIntroduction(
  bytes: Uint8Array,
  start: number,
  end: number,
): Introduction | { readonly version: number; readonly address?: undefined } | undefined {
  const reader = new FieldReader(bytes, start, end);
  const isOurs = reader.raw(magic.length).every((byte, index) => byte === magic[index]);
  const version = reader.uint16();
  if (!isOurs || !reader.isValid) return undefined;
  if (version !== protocolVersion) return { version };
  const flags = reader.uint8();
  const frameBytesMax = reader.uint32();
  const nonce = reader.raw(nonceBytes);
  const clusterId = reader.text();
  const address = parseAddress(reader.text());
  if (!reader.isDone || flags > secretFlag || address === undefined) return undefined;
  return { version, hasSecret: flags === secretFlag, frameBytesMax, nonce, clusterId, address };
}

/** Why we do not talk to the system that introduced itself so; undefined if we do. */
export function judge(
  introduction: NonNullable<ReturnType<typeof decodeIntroduction>>,
  terms: HelloTerms,
): Refusal | undefined {
  const { version, address } = introduction;
  if (address === undefined) {
    return refuse('version', `it speaks version ${version}, this system ${protocolVersion}`);
  }
  const { clusterId, hasSecret, frameBytesMax } = introduction;
  if (clusterId !== terms.clusterId) {
    return refuse(
      'cluster',
      `it is of cluster "${clusterId}", this system of "${terms.clusterId}"`,
    );
  }
  if (hasSecret !== (terms.secret !== undefined)) {
    return refuse(
      'secret',
      hasSecret
        ? 'it has a shared secret, this system has none'
        : 'this system has a shared secret, it has none',
    );
  }
  if (frameBytesMax !== terms.frameBytesMax) {
    return refuse(
      'limits',
      `its frames have at most ${frameBytesMax} bytes, this system's ${terms.frameBytesMax}`,
    );
  }
  return judgeAddress(address, terms);
}

function judgeAddress(address: Address, { self, isLoopbackOnly }: HelloTerms): Refusal | undefined {
  const at = formatHostPort(address.at);
  if (address.boot === self.boot) return refuse('self', 'both ends are the same system');
  if (at === formatHostPort(self.at)) {
    return refuse('address', `it says that it is at ${at}, which is where this system is`);
  }
  if (address.at.port === 0 || unspecifiedHosts.has(address.at.host)) {
    return refuse('address', `it says that it is at ${at}, where nobody can dial it`);
  }
  if (isLoopbackOnly && !isLoopback(address.at.host)) {
    return refuse(
      'address',
      `it says that it is at ${at}, and without TLS or a shared secret only systems on loopback are believed`,
    );
  }
  return undefined;
}

export function refuse(reason: RefusalReason, text: string): Refusal {
  return { reason, text };
}

export function encodeRefusal({ reason, text }: Refusal): Uint8Array {
  return new FieldWriter().uint8(reasonNumbers[reason]).text(text).finish();
}

export function decodeRefusal(bytes: Uint8Array, start: number, end: number): Refusal | undefined {
  const reader = new FieldReader(bytes, start, end);
  const number = reader.uint8();
  const text = reader.text();
  if (!reader.isDone) return undefined;
  const known = reasonsByNumber.get(number) ?? 'unknown';
  return { reason: known, text: printable(text.slice(0, refusalTextMax)) };
}

/** Who proves: without it one end could be handed back its own proof. */
export type Role = 'dialler' | 'acceptor';

/** What both ends know of one hello, and what a proof therefore covers: nonces, addresses, limits. */
export interface Transcript {
  /** The body of the dialler's hello. */
  readonly hello: Uint8Array;
  /** The body of the acceptor's challenge. */
  readonly challenge: Uint8Array;
  /** The numbering that the dialler's messages will have. */
  readonly stream: number;
}

/** Shows knowledge of the secret for this hello and this role alone: it is worth nothing anywhere else. */
export function prove(
  digest: Digest,
  secret: Uint8Array,
  role: Role,
  { hello, challenge, stream }: Transcript,
): Uint8Array {
  const covered = new FieldWriter()
    .text(`atoll link ${role}`)
    .uint32(hello.length)
    .raw(hello)
    .uint32(challenge.length)
    .raw(challenge)
    .uint32(stream)
    .finish();
  return digest.hmacSha256(secret, covered);
}

/** Compares in a time that does not tell how much is equal. */
export function isSameProof(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index += 1) {
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0);
  }
  return difference === 0;
}

/** A stranger's text on its way to an operator's terminal. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

const magic: Uint8Array = new TextEncoder().encode('ATOL');
const secretFlag = 1;
const unspecifiedHosts: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);
const refusalTextMax = 300;
const reasonsByNumber: ReadonlyMap<number, RefusalReason> = new Map(
  Object.entries(reasonNumbers).map(([reason, number]) => [number, reason as RefusalReason]),
);
