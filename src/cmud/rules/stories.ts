import { gap, text } from './phrase.ts';
import type { Block } from './phrase.ts';
import type { RankId } from './ranks.ts';

/**
 * The story of the game: one chapter for each rank, told when the rank is reached and again whenever the
 * player asks for it. Paragraphs, complete in themselves; nothing waits for a key.
 */
const chapters: Readonly<Record<RankId, readonly string[]>> = {
  undergraduate: [
    'First day. Somebody hands you a lanyard, a processor that has seen better decades, and a map on ' +
      'which every line is a corridor you will be lost in by Thursday.',
    'There is a problem for people like you, they say. A salesman has fifty towns to see before he may ' +
      'go home, and would like the shortest way round. Everybody of your year works on it, all on the ' +
      'same one, and when it falls everybody who did their share moves up.',
    'One processor will take a while. But under this campus there is something to dig for, and the shop ' +
      'takes coins.',
  ],
  masters: [
    'The last pin goes into the map, the thread closes, and for a moment nobody says a word. Then the ' +
      'salesman drives off, and you are a Masters student.',
    'Your examination is already on the table. It may be taken home, which sounds kind until you read it: ' +
      'here is a SHA-1 digest, hand in a text that has it, show your work. The one who set it retired ' +
      'years ago and left no answer.',
    'The shop has decided that you may be trusted with a graphics card.',
  ],
  phd: [
    'A text turns up whose digest is right in every digit. It is a recipe for soup. The examiners confer, ' +
      'and pass you.',
    'Your adviser has a small idea for your thesis. Take everything that was ever written down, and teach ' +
      'a machine to go on from there. So far it says "the the the". It needs ten thousand more steps of ' +
      'training and somebody who watches the loss go down, at night, for years.',
    'There are chips now that do one thing only, and do it very fast.',
  ],
  postdoc: [
    'One evening the machine finishes a sentence that nobody had begun. You defend; it comes along and ' +
      'answers two of the questions itself.',
    'What does one do after that? One takes the corridor of blackboards. At its end stands the oldest ' +
      'wager of the trade: whether whatever can be checked quickly can also be found quickly. Two letters ' +
      'on each side. Half a million lines of proof, give or take.',
    'The shop opens a door to a very cold room for you.',
  ],
  professor: [
    'The equals sign stays. The proof is too long for any one head, and that turns out to be the point of ' +
      'it. Journals print nothing else that year, and you are given a chair, with arms.',
    'Under the roof, in a handwriting nobody owns up to, is the question that is left over when all the ' +
      'others are done: what is it for? Ten million steps have been estimated. Some say that the answer is ' +
      'a number.',
    'You may use whatever you can pay for, and that includes the thing in the shop that bends light.',
  ],
  retired: [
    'It is done. The answer hangs on the ninth floor now, and visitors read it, nod, and grow thoughtful ' +
      'on the stairs.',
    'You have nothing left to solve. You do have a key to every door, more coins than a person needs, and ' +
      'a campus full of people who are stuck where you once were. Walk about. Talk to them. Leave some ' +
      'paint on the Fence.',
  ],
};

/** The chapter that a rank begins with, its paragraphs apart. */
export function tellChapter(rank: RankId): Block[] {
  return chapters[rank].flatMap((paragraph) => [gap, text`${paragraph}`]).slice(1);
}
