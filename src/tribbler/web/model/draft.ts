import { tribblerLimits } from '../../../core/limits.ts';
import { checkTribbleText, countGraphemes } from '../../tribble-text.ts';

/** What can be said of a text before it is sent, by the rules that the server goes by. */
export interface DraftVerdict {
  readonly kind: 'empty' | 'good' | 'too-long' | 'not-text';
  /** How much of the room is taken, from 0 to 1. */
  readonly fill: number;
  /** How many letters are left; may be negative. */
  readonly left: number;
  /** For those who do not see the ring: what is left, or what is wrong. */
  readonly words: string;
}

/** Judges a draft. Letters are what people count as such: an emoji is one, however many code units it takes. */
export function judgeDraft(text: string): DraftVerdict {
  const { tribbleGraphemesMax: max, tribbleBytesMax: bytesMax } = tribblerLimits;
  const graphemes = countGraphemes(text);
  const room = { fill: Math.min(1, graphemes / max), left: max - graphemes };
  const checked = checkTribbleText(text);
  switch (checked.kind) {
    case 'ok':
    case 'empty': {
      const kind = checked.kind === 'ok' ? 'good' : 'empty';
      return { kind, ...room, words: `${room.left} of ${max} letters left` };
    }
    case 'not-text':
      return { kind: 'not-text', ...room, words: `This cannot be posted: ${checked.reason}.` };
    case 'too-long': {
      const over =
        room.left < 0 ? count(-room.left, 'letter') : count(checked.bytes - bytesMax, 'byte');
      return { kind: 'too-long', ...room, words: `${over} too many` };
    }
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
