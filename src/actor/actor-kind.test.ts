import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActorRef } from './actor-ref.ts';
import { defineActor, dispatch, type ActorBehaviour, type PlainProtocol } from './actor-kind.ts';
import type { Asking, ReplyTo } from './actor-system.ts';

type CounterMessage =
  | { type: 'add'; value: number }
  | { type: 'get'; replyTo: ActorRef<CounterResult> };
interface CounterResult {
  type: 'result';
  count: number;
}

/** Compiles only with `true`, and only if the two types are the same. */
function assertSame<A, B>(
  isSame: [A] extends [B] ? ([B] extends [A] ? true : never) : never,
): void {
  assert.ok(isSame);
}

const idle = (): ActorBehaviour<never> => ({ onMessage: () => {} });

// What these tests promise is promised by the compiler: each `expect-error` fails the build without its error.
describe('the types of a protocol', () => {
  test('of plain data compile, with refs, bytes, optional properties and nesting', () => {
    interface Tree {
      readonly name?: string;
      readonly children: readonly Tree[];
    }
    assertSame<PlainProtocol<CounterMessage>, string>(true);
    assertSame<PlainProtocol<Tree | Uint8Array | bigint | null>, string>(true);
    assert.equal(defineActor<CounterMessage>('counter', idle).name, 'counter');
  });

  test('that hold a function, an instance, a symbol or undefined do not compile', () => {
    // @ts-expect-error a function is not plain data
    defineActor<{ callback: () => void }>('bad', idle);
    // @ts-expect-error an instance of a class is not plain data
    defineActor<{ when: Date }>('bad', idle);
    // @ts-expect-error an instance of a class is not plain data, wherever it stands
    defineActor<{ list: { by: Map<string, number> }[] }>('bad', idle);
    // @ts-expect-error undefined is not plain data
    defineActor<{ maybe: string | undefined }>('bad', idle);
    assert.ok(true);
  });

  test('make a ref accept what its actor handles and nothing else', () => {
    interface Add {
      type: 'add';
      value: number;
    }
    const ofBoth = new ActorRef<CounterMessage>('127.0.0.1:7000#boot1.1', 1);
    const ofOther = new ActorRef<{ type: 'get' }>('127.0.0.1:7000#boot1.1', 2);
    const ofAdd: ActorRef<Add> = ofBoth;
    // @ts-expect-error an actor that does not handle `add` is not told it
    const wrong: ActorRef<Add> = ofOther;
    assert.notEqual(ofAdd.uid(), wrong.uid());
  });

  test('tell what can be asked and what comes back', () => {
    assertSame<Asking<CounterMessage>['type'], 'get'>(true);
    assertSame<ReplyTo<CounterMessage, 'get'>, CounterResult>(true);
    assert.ok(true);
  });
});

describe('dispatch', () => {
  test('calls the handler of the message’s type', () => {
    const seen: string[] = [];
    const onMessage = dispatch<CounterMessage>({
      add: (m) => seen.push(`add ${m.value}`),
      get: () => seen.push('get'),
    });
    onMessage({ type: 'add', value: 2 });
    assert.deepEqual(seen, ['add 2']);
  });

  test('with a case missing does not compile', () => {
    // @ts-expect-error `get` is missing
    dispatch<CounterMessage>({ add: () => {} });
    assert.ok(true);
  });

  test('throws for a type that the protocol does not have, also for one of Object.prototype', () => {
    const onMessage = dispatch<CounterMessage>({ add: () => {}, get: () => {} });
    const stranger = { type: 'constructor' } as unknown as CounterMessage;
    assert.throws(() => onMessage(stranger), /no handler for a message of type constructor/);
  });
});
