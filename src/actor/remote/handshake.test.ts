import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PlatformDigest } from '../../platform/digest.ts';
import type { Address } from '../address.ts';
import { encodeFrame, frameTypes, type FrameType } from './frame.ts';
import { AcceptorHandshake, DiallerHandshake, type Step } from './handshake.ts';
import { encodeIntroduction, introduce, type HelloTerms, type Refusal } from './hello.ts';

const digest = new PlatformDigest();

function secretOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function terms(port: number, boot: string, others: Partial<HelloTerms> = {}): HelloTerms {
  return {
    self: { at: { host: '127.0.0.1', port }, boot, threads: 1 },
    clusterId: 'atoll',
    secret: secretOf('sixteen bytes ok'),
    frameBytesMax: 8_388_608,
    isLoopbackOnly: false,
    ...others,
  };
}

const diallerTerms = terms(7_000, 'ab12', { self: selfAt('127.0.0.1', 7_000, 'ab12', 2) });
const acceptorTerms = terms(7_001, 'cd34');

function selfAt(host: string, port: number, boot: string, threads = 1): Address {
  return { at: { host, port }, boot, threads };
}

function dialler(own: HelloTerms = diallerTerms, nonce = 0x11): DiallerHandshake {
  const options = { terms: own, digest, nonce: new Uint8Array(16).fill(nonce) };
  return new DiallerHandshake(options, () => 1);
}

function acceptor(
  own: HelloTerms = acceptorTerms,
  nonce = 0x22,
  admit: () => Refusal | undefined = () => undefined,
): AcceptorHandshake {
  return new AcceptorHandshake(
    { terms: own, digest, nonce: new Uint8Array(16).fill(nonce) },
    admit,
  );
}

function feed(to: DiallerHandshake | AcceptorHandshake, frame: Uint8Array): Step {
  return to.onFrame(frame[4] as FrameType, frame, 5, frame.length);
}

/** The frame that a step sends. */
function reply(step: Step): Uint8Array {
  assert.ok('reply' in step && step.reply !== undefined, step.kind);
  return step.reply;
}

/** Lets both talk to the end; the last step of each. */
function talk(one: DiallerHandshake, other: AcceptorHandshake): [Step, Step] {
  let theirs = feed(other, one.hello);
  let ours = feed(one, reply(theirs));
  while (theirs.kind === 'continue') {
    theirs = feed(other, reply(ours));
    if ('reply' in theirs && theirs.reply !== undefined) ours = feed(one, theirs.reply);
  }
  return [ours, theirs];
}

function refusalOf(step: Step): string | undefined {
  return 'refusal' in step ? step.refusal.reason : undefined;
}

describe('two systems of one cluster', () => {
  test('agree, and know each other’s addresses and the numbering', () => {
    for (const secret of [secretOf('sixteen bytes ok'), undefined]) {
      const [ours, theirs] = talk(
        dialler({ ...diallerTerms, secret }),
        acceptor({ ...acceptorTerms, secret }),
      );
      assert.ok(ours.kind === 'agree' && theirs.kind === 'agree');
      assert.deepEqual(ours.peer, acceptorTerms.self);
      assert.deepEqual(theirs.peer, diallerTerms.self);
      assert.deepEqual([ours.stream, theirs.stream], [1, 1]);
    }
  });

  test('say what docs/formats/frames.md shows', () => {
    const one = dialler();
    const other = acceptor();
    const challenge = reply(feed(other, one.hello));
    const proof = reply(feed(one, challenge));
    const welcome = reply(feed(other, proof));
    const said = [one.hello, challenge, proof, welcome].map((frame) =>
      Buffer.from(frame).toString('hex'),
    );
    assert.deepEqual(said, [
      '3a0000000141544f4c0100010000800011111111111111111111111111111111050061746f6c6c' +
        '15003132372e302e302e313a3730303023616231322e32',
      '3a0000000241544f4c0100010000800022222222222222222222222222222222050061746f6c6c' +
        '15003132372e302e302e313a3730303123636433342e31',
      '25000000030100000017bdf6a70bec8887a8417386752f6a741224c29f15939f049c6eee40d476af54',
      '21000000043810802eb60e11a3a4f84460d710f2b2442f5c22d6118ee437fb7d4060c9cbea',
    ]);
  });
});

describe('two systems do not talk', () => {
  const cases: readonly (readonly [string, HelloTerms, HelloTerms, string])[] = [
    ['of different clusters', diallerTerms, { ...acceptorTerms, clusterId: 'other' }, 'cluster'],
    [
      'with different secrets',
      diallerTerms,
      { ...acceptorTerms, secret: secretOf('another secret!!') },
      'secret',
    ],
    [
      'of which only the dialler has a secret',
      diallerTerms,
      { ...acceptorTerms, secret: undefined },
      'secret',
    ],
    [
      'of which only the acceptor has a secret',
      { ...diallerTerms, secret: undefined },
      acceptorTerms,
      'secret',
    ],
    [
      'that are the same one',
      diallerTerms,
      { ...acceptorTerms, self: selfAt('10.0.0.1', 7_001, 'ab12') },
      'self',
    ],
    [
      'of which one says that it is where the other is',
      diallerTerms,
      { ...acceptorTerms, self: selfAt('127.0.0.1', 7_000, 'cd34') },
      'address',
    ],
    [
      'of which one cannot be dialled',
      { ...diallerTerms, self: selfAt('0.0.0.0', 7_000, 'ab12') },
      acceptorTerms,
      'address',
    ],
    [
      'of which one is not on loopback although nothing proves who it is',
      { ...diallerTerms, secret: undefined, self: selfAt('10.0.0.1', 7_000, 'ab12') },
      { ...acceptorTerms, secret: undefined, isLoopbackOnly: true },
      'address',
    ],
    [
      'with different frame limits',
      diallerTerms,
      { ...acceptorTerms, frameBytesMax: 99 },
      'limits',
    ],
  ];
  for (const [what, one, other, reason] of cases) {
    test(`${what}, and both know why`, () => {
      const steps = talk(dialler(one), acceptor(other));
      assert.deepEqual(steps.map(refusalOf), [reason, reason]);
      assert.deepEqual(steps.map(({ kind }) => kind).toSorted(), ['refuse', 'refused']);
    });
  }

  test('of different versions, whatever else the newer hello says', () => {
    const body = encodeIntroduction(introduce(diallerTerms, new Uint8Array(16)));
    body[4] = 2;
    const newer = encodeFrame(frameTypes.hello, new Uint8Array([...body, 1, 2, 3]));
    assert.equal(refusalOf(feed(acceptor(), newer)), 'version');
  });

  test('if the acceptor has no room for it, which it says only to whom has proved who he is', () => {
    const full = (): Refusal => ({ reason: 'full', text: 'full' });
    const one = dialler();
    const other = acceptor(acceptorTerms, 0x22, full);
    const challenge = feed(other, one.hello);
    assert.equal(challenge.kind, 'continue');
    const last = feed(other, reply(feed(one, reply(challenge))));
    assert.equal(refusalOf(last), 'full');
  });
});

describe('without the secret nobody gets in', () => {
  test('by saying again what was heard', () => {
    const one = dialler();
    const recorded = [one.hello, reply(feed(one, reply(feed(acceptor(), one.hello))))];
    const [hello, proof] = recorded;
    assert.ok(hello !== undefined && proof !== undefined);
    const other = acceptor(acceptorTerms, 0x33);
    assert.equal(feed(other, hello).kind, 'continue');
    assert.equal(refusalOf(feed(other, proof)), 'secret');
  });

  test('by handing a system its own proof', () => {
    const one = dialler();
    // A false acceptor, which knows no secret, introduces itself well and gives back what it is given.
    const challenge = reply(feed(acceptor(), one.hello));
    const proof = reply(feed(one, challenge));
    const reflected = encodeFrame(frameTypes.welcome, proof.slice(9));
    assert.equal(refusalOf(feed(one, reflected)), 'secret');
  });

  test('by making a system talk to itself', () => {
    const one = dialler();
    const itself = acceptor(diallerTerms);
    assert.equal(refusalOf(feed(itself, one.hello)), 'self');
  });

  test('by leaving the proof out', () => {
    const one = dialler();
    const other = acceptor();
    const challenge = reply(feed(other, one.hello));
    const noProof = encodeFrame(frameTypes.proof, Uint8Array.of(1, 0, 0, 0));
    assert.equal(feed(other, noProof).kind, 'invalid');
    assert.equal(feed(one, challenge).kind, 'continue');
    assert.equal(
      refusalOf(feed(one, encodeFrame(frameTypes.welcome, new Uint8Array(0)))),
      'secret',
    );
  });

  test('by changing the address, the numbering or the limits that were proved', () => {
    const liar = { ...diallerTerms, self: selfAt('10.6.6.6', 7_000, 'ab12') };
    const other = acceptor();
    feed(other, dialler(liar).hello);
    // The proof of the honest system, for the same challenge.
    const honest = dialler();
    const proof = reply(feed(honest, reply(feed(acceptor(), honest.hello))));
    assert.equal(refusalOf(feed(other, proof)), 'secret');
    const third = acceptor();
    feed(third, honest.hello);
    proof[5] = 9;
    assert.equal(refusalOf(feed(third, proof)), 'secret');
  });
});

describe('a hello that is not valid', () => {
  test('is invalid or refused, and never throws, however it is damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(3), damage, fc.option(fc.nat(100)), (which, changes, length) => {
        const one = dialler();
        const other = acceptor();
        const spoil = (frame: Uint8Array): Uint8Array => {
          const body = Buffer.from(frame.subarray(5));
          for (const [place, byte] of changes) {
            if (body.length > 0) body[place % body.length] = byte;
          }
          const spoilt = length === null ? body : body.subarray(0, length);
          return encodeFrame(frame[4] as FrameType, spoilt);
        };
        const steps: Step[] = [];
        let frame = which === 0 ? spoil(one.hello) : one.hello;
        for (let turn = 1; turn <= 4; turn += 1) {
          const step = feed(turn % 2 === 1 ? other : one, frame);
          steps.push(step);
          if (!('reply' in step) || step.reply === undefined) break;
          if (step.kind === 'refuse') break;
          frame = which === turn ? spoil(step.reply) : step.reply;
        }
        const last = steps.at(-1);
        // Damage that changes nothing lets them agree; nothing else does.
        assert.ok(last !== undefined && last.kind !== 'continue');
      }),
    );
  });

  test('is one that comes out of turn', () => {
    const one = dialler();
    const challenge = reply(feed(acceptor(), one.hello));
    assert.equal(feed(acceptor(), challenge).kind, 'invalid');
    assert.equal(feed(dialler(), one.hello).kind, 'invalid');
    assert.equal(
      feed(acceptor(), encodeFrame(frameTypes.batch, new Uint8Array(30))).kind,
      'invalid',
    );
    const other = acceptor();
    feed(other, one.hello);
    assert.equal(feed(other, one.hello).kind, 'invalid');
  });

  test('a refusal is made fit to print', () => {
    const text = new TextEncoder().encode('bad \u001b[31m\u202e news');
    const body = new Uint8Array([1, text.length, 0, ...text]);
    const step = feed(dialler(), encodeFrame(frameTypes.refusal, body));
    assert.ok(step.kind === 'refused');
    assert.equal(step.refusal.text, 'bad ?[31m? news');
    const unknown = feed(dialler(), encodeFrame(frameTypes.refusal, Uint8Array.of(77, 0, 0)));
    assert.equal(refusalOf(unknown), 'unknown');
  });
});
