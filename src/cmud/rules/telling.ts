import type { Saying } from './chat.ts';
import { hardwareOf } from './hardware.ts';
import type { Attempt, Purchase } from './moves.ts';
import { coins, command, counted, listed, phrase, player, text, toned } from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';

/** What players are told of their own doings. */

const findings: readonly string[] = [
  'Under a loose tile:',
  'In the lining of an old sofa:',
  'Behind the third rack from the left:',
  'Between two lecture notes:',
  'At the bottom of a tunnel that is on no map:',
  'In a drawer that nobody has opened since 1989:',
  'Taped under a lectern:',
  'In the hood of somebody’s robot:',
  'Where the blueprint says "wall":',
  'In the pocket of a coat that was left behind in spring:',
  'Under the carpet of the server room:',
  'Inside a hollow textbook on compilers:',
];

const misses: readonly string[] = [
  'Dust, and a very old floppy disk. Nothing.',
  'You hit a water pipe. Nothing, and quickly away.',
  'Somebody was here before you. Nothing.',
  'A coin! No, a button. Nothing.',
  'A door, and behind it a wall. Nothing.',
  'A note: "I owe you one." No name. Nothing.',
];

/** One dig. `fraction` chooses the words. */
export function tellDig(found: number, fraction: number): Phrase {
  if (found === 0) return phrase`${pick(misses, fraction)}`;
  return phrase`${pick(findings, fraction)} ${coins(found)}.`;
}

export function tellPurchase(bought: Purchase): Phrase {
  switch (bought.kind) {
    case 'bought':
      return phrase`You buy ${toned('strong', bought.count)} ${bought.type} for ${coins(bought.cost)}.`;
    case 'rank-too-low':
      return phrase`The shop does not sell ${bought.type} to you yet: for that you must be ${bought.needed.called} or more.`;
    case 'too-expensive':
      return tellTooExpensive(bought);
  }
}

export function tellAttempt(attempt: Attempt): Phrase {
  switch (attempt.kind) {
    case 'retired':
      return phrase`You have solved all that there was.`;
    case 'nothing':
      return phrase`You think hard, and nothing comes of it.`;
    case 'hit':
      return phrase`${toned('good', 'A hit!')} You take ${counted(attempt.steps, 'step')} off ${attempt.problem.name}: ${attempt.remaining} left.`;
    case 'broke':
      return attempt.isRuined
        ? phrase`${toned('bad', 'Smoke.')} ${attempt.count} ${attempt.type} gone, and with it all that you had. Somebody takes pity and gives you a cpu; back to digging.`
        : phrase`${toned('bad', 'Smoke.')} You lose ${attempt.count} ${attempt.type}.`;
  }
}

/** Something that was said, as `listener` hears it. `ago` is set for what was said a while ago. */
export function tellSaying(said: Saying, listener: string, ago: string | undefined): Phrase {
  const when = ago === undefined ? phrase`` : phrase`${toned('faint', `(${ago} ago) `)}`;
  const words = toned('speech', said.text);
  const isSelf = said.from === listener;
  const who = player(said.from);
  switch (said.manner) {
    case 'say':
      return isSelf ? phrase`${when}You say: ${words}` : phrase`${when}${who} says: ${words}`;
    case 'emote':
      return phrase`${when}${who} ${words}`;
    case 'chat':
      return phrase`${when}[chat] ${who}: ${words}`;
    case 'tell': {
      const whom = said.channel.kind === 'player' ? said.channel.name : '';
      return isSelf && whom !== listener
        ? phrase`${when}You tell ${player(whom)}: ${words}`
        : phrase`${when}${who} tells you: ${words}`;
    }
  }
}

/** `5 minutes`: how long ago something was, for people; undefined if it is just now. */
export function describeAge(ageMs: number): string | undefined {
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 2) return undefined;
  if (minutes < 120) return counted(minutes, 'minute');
  return counted(Math.floor(minutes / 60), 'hour');
}

/** Several small finds or hits of others, or of another client of `listener`, in one line. */
export function tellGathered(
  listener: string,
  names: readonly string[],
  kind: 'earned' | 'hit',
  amount: number,
): Block {
  const isAlone = names.length === 1;
  const isSelf = isAlone && names[0] === listener;
  const shown = names
    .slice(0, 4)
    .map((name) =>
      name === listener ? phrase`${isAlone ? 'Elsewhere, you' : 'you'}` : player(name),
    );
  const rest = names.length - shown.length;
  const who = listed(rest > 0 ? [...shown, counted(rest, 'other')] : shown);
  const s = isAlone && !isSelf ? 's' : '';
  return kind === 'earned'
    ? text`${who} dig${s} up ${coins(amount)}.`
    : text`${who} take${s} ${counted(amount, 'step')} more off the problem.`;
}

function tellTooExpensive({
  type,
  cost,
  balance,
  affordable,
}: Extract<Purchase, { kind: 'too-expensive' }>): Phrase {
  const { priceCoins } = hardwareOf(type);
  const have =
    balance < 0 ? phrase`you owe ${coins(-balance)}` : phrase`you have ${coins(balance)}`;
  if (affordable > 0) {
    return phrase`That would be ${coins(cost)}, and ${have}: enough for ${affordable}. ${command(`buy ${type}`)} buys as many as that.`;
  }
  return phrase`One ${type} is ${coins(priceCoins)}, and ${have}. ${command('mine 5')} helps.`;
}

function pick(lines: readonly string[], fraction: number): string {
  return lines[Math.floor(fraction * lines.length)] ?? '';
}
