import { assert } from '../../core/assert.ts';
import type { Digest } from '../../core/digest.ts';
import type { Address } from '../address.ts';
import { copyOf, FieldReader, FieldWriter } from './fields.ts';
import { encodeFrame, frameTypes, type FrameType } from './frame.ts';
import {
  decodeIntroduction,
  decodeRefusal,
  encodeIntroduction,
  encodeRefusal,
  introduce,
  isSameProof,
  judge,
  proofBytes,
  prove,
  refuse,
  type HelloTerms,
  type Refusal,
  type Transcript,
} from './hello.ts';

/**
 * How two systems come to know each other, before a message passes:
 *
 *     dialler ── hello ──▶ acceptor     who I am, a nonce
 *             ◀─ challenge ──           who I am, a nonce
 *             ── proof ──▶              that I know the secret; the stream of my messages
 *             ◀─ welcome ──             that I know it too
 *
 * Either end may send a refusal instead, with the reason. Without a shared secret the proofs are empty. The
 * dialler proves first, so that a stranger who only dials gets nothing to guess the secret with.
 *
 * Both halves are pure: frames in, steps out. Whoever owns the connection writes the replies and keeps the time.
 */
export type Step =
  | { readonly kind: 'continue'; readonly reply: Uint8Array }
  | {
      readonly kind: 'agree';
      readonly reply: Uint8Array | undefined;
      readonly peer: Address;
      readonly stream: number;
    }
  /** We refuse, and `reply` tells the peer why. */
  | { readonly kind: 'refuse'; readonly reply: Uint8Array; readonly refusal: Refusal }
  /** The peer refused us. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** We have no use for the connection. */
  | { readonly kind: 'leave' };

export interface HandshakeOptions {
  readonly terms: HelloTerms;
  readonly digest: Digest;
  /** Fresh random bytes. */
  readonly nonce: Uint8Array;
}

export class DiallerHandshake {
  /** The frame to begin with. */
  readonly hello: Uint8Array;
  readonly #options: HandshakeOptions;
  readonly #helloBody: Uint8Array;
  readonly #streamTo: (peer: Address) => number | undefined;
  #transcript: Transcript | undefined;
  #peer: Address | undefined;

  /** `streamTo` names the numbering of messages to the system that answered; undefined if it is not wanted. */
  constructor(options: HandshakeOptions, streamTo: (peer: Address) => number | undefined) {
    this.#options = options;
    this.#streamTo = streamTo;
    this.#helloBody = encodeIntroduction(introduce(options.terms, options.nonce));
    this.hello = encodeFrame(frameTypes.hello, this.#helloBody);
  }

  onFrame(type: FrameType, bytes: Uint8Array, start: number, end: number): Step {
    if (type === frameTypes.refusal) return refusedStep(bytes, start, end);
    if (type === frameTypes.challenge && this.#transcript === undefined) {
      return this.#challenged(bytes, start, end);
    }
    if (type === frameTypes.welcome && this.#transcript !== undefined) {
      return this.#welcomed(copyOf(bytes, start, end), this.#transcript);
    }
    return { kind: 'invalid', reason: `a frame of type ${type} during the hello` };
  }

  #challenged(bytes: Uint8Array, start: number, end: number): Step {
    const { terms, digest } = this.#options;
    const introduction = decodeIntroduction(bytes, start, end);
    if (introduction === undefined) return { kind: 'invalid', reason: 'a malformed challenge' };
    const refusal = judge(introduction, terms);
    if (refusal !== undefined) return refuseStep(refusal);
    assert(introduction.address !== undefined, 'an introduction without address was not refused');
    const stream = this.#streamTo(introduction.address);
    if (stream === undefined) return { kind: 'leave' };
    this.#peer = introduction.address;
    this.#transcript = { hello: this.#helloBody, challenge: copyOf(bytes, start, end), stream };
    const proof =
      terms.secret === undefined
        ? noProof
        : prove(digest, terms.secret, 'dialler', this.#transcript);
    const body = new FieldWriter().uint32(stream).raw(proof).finish();
    return { kind: 'continue', reply: encodeFrame(frameTypes.proof, body) };
  }

  #welcomed(proof: Uint8Array, transcript: Transcript): Step {
    const { terms, digest } = this.#options;
    const wanted =
      terms.secret === undefined ? noProof : prove(digest, terms.secret, 'acceptor', transcript);
    if (!isSameProof(proof, wanted)) return refuseStep(wrongSecret);
    assert(this.#peer !== undefined, 'a transcript without a peer');
    return { kind: 'agree', reply: undefined, peer: this.#peer, stream: transcript.stream };
  }
}

export class AcceptorHandshake {
  readonly #options: HandshakeOptions;
  readonly #admit: (peer: Address) => Refusal | undefined;
  #hello: { readonly body: Uint8Array; readonly peer: Address } | undefined;
  #challenge: Uint8Array = noProof;

  /** `admit` may say why a system whose hello is good is not talked to. */
  constructor(options: HandshakeOptions, admit: (peer: Address) => Refusal | undefined) {
    this.#options = options;
    this.#admit = admit;
  }

  onFrame(type: FrameType, bytes: Uint8Array, start: number, end: number): Step {
    if (type === frameTypes.refusal) return refusedStep(bytes, start, end);
    if (type === frameTypes.hello && this.#hello === undefined) {
      return this.#helloed(bytes, start, end);
    }
    if (type === frameTypes.proof && this.#hello !== undefined) {
      return this.#proved(bytes, start, end, this.#hello);
    }
    return { kind: 'invalid', reason: `a frame of type ${type} during the hello` };
  }

  #helloed(bytes: Uint8Array, start: number, end: number): Step {
    const { terms, nonce } = this.#options;
    const introduction = decodeIntroduction(bytes, start, end);
    if (introduction === undefined) return { kind: 'invalid', reason: 'a malformed hello' };
    const refusal = judge(introduction, terms);
    if (refusal !== undefined) return refuseStep(refusal);
    assert(introduction.address !== undefined, 'an introduction without address was not refused');
    this.#hello = { body: copyOf(bytes, start, end), peer: introduction.address };
    this.#challenge = encodeIntroduction(introduce(terms, nonce));
    return { kind: 'continue', reply: encodeFrame(frameTypes.challenge, this.#challenge) };
  }

  #proved(
    bytes: Uint8Array,
    start: number,
    end: number,
    hello: { readonly body: Uint8Array; readonly peer: Address },
  ): Step {
    const { terms, digest } = this.#options;
    const reader = new FieldReader(bytes, start, end);
    const stream = reader.uint32();
    const proof = reader.raw(terms.secret === undefined ? 0 : proofBytes);
    if (!reader.isDone) return { kind: 'invalid', reason: 'a malformed proof' };
    const transcript = { hello: hello.body, challenge: this.#challenge, stream };
    let reply = noProof;
    if (terms.secret !== undefined) {
      const wanted = prove(digest, terms.secret, 'dialler', transcript);
      if (!isSameProof(proof, wanted)) return refuseStep(wrongSecret);
      reply = prove(digest, terms.secret, 'acceptor', transcript);
    }
    // Only now: what it answers must not tell strangers who our members are.
    const refusal = this.#admit(hello.peer);
    if (refusal !== undefined) return refuseStep(refusal);
    const welcome = encodeFrame(frameTypes.welcome, reply);
    return { kind: 'agree', reply: welcome, peer: hello.peer, stream };
  }
}

function refuseStep(refusal: Refusal): Step {
  const reply = encodeFrame(frameTypes.refusal, encodeRefusal(refusal));
  return { kind: 'refuse', reply, refusal };
}

function refusedStep(bytes: Uint8Array, start: number, end: number): Step {
  const refusal = decodeRefusal(bytes, start, end);
  return refusal === undefined
    ? { kind: 'invalid', reason: 'a malformed refusal' }
    : { kind: 'refused', refusal };
}

const noProof: Uint8Array = new Uint8Array(0);
const wrongSecret: Refusal = refuse('secret', 'its shared secret is another one');
