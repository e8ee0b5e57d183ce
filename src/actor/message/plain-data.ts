import { actorLimits } from '../../core/limits.ts';
import { AtollError } from '../../core/errors.ts';
import { ActorRef } from '../actor-ref.ts';

/**
 * What a message may hold, as rules in one place. CMUD §4.4: whatever cannot cross to another machine
 * must not be told to the actor next door either.
 *
 * Plain data is null, booleans, numbers (−0 arrives as 0), bigints, strings, Uint8Arrays (a Buffer arrives
 * as one), actor refs, and arrays and plain objects of plain data. An object's data are its own enumerable
 * properties with string keys. Everything else is refused at the tell.
 *
 * This file is the slow and readable form: it finds what is wrong and where. `PlainCopier` and
 * `BatchWriter` decide the same fast; a property test holds the three together.
 */
export function findRefusal(
  message: unknown,
  bytesMax: number = actorLimits.messageBytesMax,
): AtollError | undefined {
  const finder = new RefusalFinder(bytesMax);
  return finder.find(message, 'message', 0);
}

/**
 * What a value counts for the size of its message: never less than its marshalled bytes, and the same
 * whichever way the message goes.
 */
export const weights = {
  /** Any value, an object's or array's own entry included. */
  value: 10,
  /** Each character of a string and of a property's name. */
  character: 2,
  /** A property, besides its name's characters and its value. */
  property: 6,
} as const;

/**
 * Thrown on the fast ways instead of an error that tells where: made once, since one made on every level would
 * be too dear. `findRefusal` tells.
 */
export const refused: Error = new Error('not plain data');

/** The bytes that a bigint's magnitude takes. */
export function bigintBytes(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  return Math.ceil(magnitude.toString(16).length / 2);
}

class RefusalFinder {
  readonly #weightMax: number;
  #weight = 0;

  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  find(value: unknown, path: string, depth: number): AtollError | undefined {
    this.#weight += weights.value;
    switch (typeof value) {
      case 'boolean':
      case 'number':
        return this.#tooLarge();
      case 'string':
        this.#weight += value.length * weights.character;
        return this.#tooLarge();
      case 'bigint':
        this.#weight += bigintBytes(value);
        return this.#tooLarge();
      case 'object':
        return value === null ? this.#tooLarge() : this.#findInObject(value, path, depth);
      default:
        return notPlain(path, typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
    }
  }

  #findInObject(value: object, path: string, depth: number): AtollError | undefined {
    if (value instanceof ActorRef) {
      this.#weight += value.address.length * weights.character + weights.value;
      return this.#tooLarge();
    }
    if (value instanceof Uint8Array) {
      this.#weight += value.length;
      return this.#tooLarge();
    }
    if (depth >= actorLimits.messageDepthMax) {
      const limit = `${actorLimits.messageDepthMax} levels`;
      const text = `the message is nested deeper than ${limit}, or contains itself, at ${path}`;
      return new AtollError('MESSAGE_DEPTH_EXCEEDED', text);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (Array.isArray(value)) {
      if (prototype !== Array.prototype) return notPlain(path, instanceName(value));
      return this.#findInArray(value, path, depth);
    }
    if (prototype !== Object.prototype && prototype !== null) {
      return notPlain(path, instanceName(value));
    }
    for (const [key, property] of Object.entries(value)) {
      if (key === '__proto__') return notPlain(path, 'a property called __proto__');
      this.#weight += key.length * weights.character + weights.property;
      const refusal = this.find(property, `${path}.${key}`, depth + 1);
      if (refusal !== undefined) return refusal;
    }
    return this.#tooLarge();
  }

  #findInArray(values: unknown[], path: string, depth: number): AtollError | undefined {
    for (let index = 0; index < values.length; index += 1) {
      const refusal = this.find(values[index], `${path}[${index}]`, depth + 1);
      if (refusal !== undefined) return refusal;
    }
    return this.#tooLarge();
  }

  #tooLarge(): AtollError | undefined {
    if (this.#weight <= this.#weightMax) return undefined;
    const text = `the message is larger than ${this.#weightMax} bytes`;
    return new AtollError('MESSAGE_TOO_LARGE', text);
  }
}

function notPlain(path: string, what: string): AtollError {
  const text = `a message holds plain data only, and ${path} is ${what}`;
  return new AtollError('MESSAGE_NOT_PLAIN', text);
}

function instanceName(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  const name = typeof constructor?.name === 'string' ? constructor.name : '';
  return name === '' ? 'an instance of a class' : `an instance of ${name}`;
}
