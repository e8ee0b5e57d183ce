import { ActorRef } from './actor-ref.ts';
import { parseAddress } from './address.ts';
import { CounterSpace } from './counter-space.ts';

/**
 * The first actor of another system: so that one that is well known can be told without having been introduced, by
 * the address of its system alone. Undefined for text that is no address.
 *
 * It is the first that thread 0 started on itself; the system there has to see to it that it is the one meant, of
 * the type `Message`. A channel ref counts as an actor, so it must start before anybody asks anything on thread 0.
 */
export function firstActorOf<Message>(address: string): ActorRef<Message> | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  return new ActorRef(address, new CounterSpace(0, parsed.threads).next(0));
}
