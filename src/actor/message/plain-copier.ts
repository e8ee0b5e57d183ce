import { actorLimits } from '../../core/limits.ts';
import { assert } from '../../core/assert.ts';
import { ActorRef } from '../actor-ref.ts';
import { bigintBytes, findRefusal, refused, weights } from './plain-data.ts';

/**
 * Takes the snapshot of a message for an actor of the same thread: a copy that shares nothing with the
 * original but strings and refs, which nobody can change. CMUD §4.4.
 *
 * Marshalling and unmarshalling would do (and a test shows that the outcome is the same), but a copy that
 * never becomes bytes costs a fifth. A spread (`{...value}`) would be as fast, but takes along what has a
 * symbol for a key.
 */
export class PlainCopier {
  #weight = 0;
  #weightMax: number = actorLimits.messageBytesMax;

  /** The copy. Throws the `AtollError` that says what is not plain data, or that it is too large. */
  copy(message: unknown, bytesMax: number = actorLimits.messageBytesMax): unknown {
    this.#weight = 0;
    this.#weightMax = bytesMax;
    try {
      const copy = this.#copy(message, 0);
      if (this.#weight <= bytesMax) return copy;
    } catch (error) {
      if (error !== refused) throw error;
    }
    const refusal = findRefusal(message, bytesMax);
    assert(refusal !== undefined, 'the copier refused what the rules allow');
    throw refusal;
  }

  #copy(value: unknown, depth: number): unknown {
    this.#weight += weights.value;
    switch (typeof value) {
      case 'boolean':
        return value;
      case 'number':
        return value + 0;
      case 'string':
        this.#weight += value.length * weights.character;
        return value;
      case 'object':
        return value === null ? null : this.#copyObject(value, depth);
      case 'bigint':
        this.#weight += bigintBytes(value);
        return value;
      default:
        throw refused;
    }
  }

  #copyObject(value: object, depth: number): unknown {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return this.#copyPlain(value as Record<string, unknown>, depth);
    }
    if (value instanceof ActorRef) {
      this.#weight += value.address.length * weights.character + weights.value;
      return value;
    }
    if (prototype === Array.prototype && Array.isArray(value)) return this.#copyArray(value, depth);
    if (value instanceof Uint8Array) {
      this.#weight += value.length;
      return new Uint8Array(value);
    }
    throw refused;
  }

  #copyPlain(value: Record<string, unknown>, depth: number): unknown {
    // The depth also ends cycles; the weight ends what is shared again and again.
    if (depth >= actorLimits.messageDepthMax) throw refused;
    const copy: Record<string, unknown> = {};
    let weight = 0;
    for (const name in value) {
      // Assigning it would replace the copy's prototype.
      if (name === '__proto__') throw refused;
      const property = value[name];
      weight += name.length * weights.character + weights.property;
      // Most properties are numbers and strings: here, they cost no call.
      if (typeof property === 'number') {
        weight += weights.value;
        copy[name] = property + 0;
      } else if (typeof property === 'string') {
        weight += weights.value + property.length * weights.character;
        copy[name] = property;
      } else {
        copy[name] = this.#copy(property, depth + 1);
      }
    }
    this.#weight += weight;
    if (this.#weight > this.#weightMax) throw refused;
    return copy;
  }

  #copyArray(values: unknown[], depth: number): unknown {
    if (depth >= actorLimits.messageDepthMax) throw refused;
    // Before the walk: what is shared is walked, and copied, again and again.
    if (this.#weight + values.length * weights.value > this.#weightMax) throw refused;
    const copy: unknown[] = [];
    for (const value of values) copy.push(this.#copy(value, depth + 1));
    return copy;
  }
}
