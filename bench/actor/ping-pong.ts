import { ActorSystem } from '../../src/actor.ts';
import { Player } from './kinds.ts';
import { burst, repeat } from './repeat.ts';

/**
 * Two actors on one thread return a ball to each other. Prints exchanges a second, there and back, for each round. In a
 * process of its own, because the compiler specializes the runtime for what ran before.
 */
const [rounds = 5, seconds = 1] = process.argv.slice(2).map(Number);
const system = await ActorSystem.create();
const [one, other] = [system.startActor(Player), system.startActor(Player)];
const rates: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const messages = await repeat(seconds, async (bursts) => {
    const over = system.newChannelRef<{ type: 'over' }>();
    // An odd number, so that the last ball reaches who served.
    const count = bursts * burst + 1;
    system.tell(one, { type: 'serve', to: other, count, whenOver: over.ref });
    await over.message;
  });
  rates.push(messages / 2);
}
console.log(JSON.stringify(rates));
await system.close();
