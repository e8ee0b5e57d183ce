/** One part of a synopsis, as `COMMAND DOCS` describes arguments. */
export interface SynopsisPart {
  readonly name: string;
  readonly type: 'string' | 'pure-token' | 'oneof' | 'block';
  /** The word that has to be typed, in capitals. */
  readonly token: string | undefined;
  readonly isOptional: boolean;
  readonly isMultiple: boolean;
  /** Of `oneof`: the choices; of `block`: what belongs together. */
  readonly parts: readonly SynopsisPart[];
}

/**
 * Reads a synopsis as people write it: `key value [NX | XX] [EX seconds | PX milliseconds] [field ...]`.
 * Capitals are typed as they are, brackets hold what may be missing, bars choices, three dots repetition.
 * So the rows of the table are written once, for people, and `COMMAND DOCS` follows.
 */
export function parseSynopsis(synopsis: string): readonly SynopsisPart[] {
  const words = synopsis.match(/\[|\]|\||[^\s[\]|]+/g) ?? [];
  const reader = { words, at: 0 };
  const choices = readChoices(reader);
  return choices.length === 1 ? (choices[0] ?? []) : [oneOf(choices, false)];
}

/** Sequences separated by bars, up to the bracket that closes them or the end. */
function readChoices(reader: { words: readonly string[]; at: number }): SynopsisPart[][] {
  const choices: SynopsisPart[][] = [[]];
  for (; reader.at < reader.words.length; reader.at += 1) {
    const word = reader.words[reader.at] ?? '';
    const sequence = choices.at(-1) ?? [];
    if (word === ']') break;
    if (word === '|') choices.push([]);
    else if (word === '...') repeat(sequence);
    else if (word === '[') {
      reader.at += 1;
      sequence.push(optional(readChoices(reader)));
    } else addWord(sequence, word);
  }
  return choices;
}

/** A word after a token that has no argument yet is the token's argument. */
function addWord(sequence: SynopsisPart[], word: string): void {
  if (/^[A-Z][A-Z0-9-]*$/.test(word)) {
    sequence.push(part({ name: word.toLowerCase(), type: 'pure-token', token: word }));
    return;
  }
  const last = sequence.at(-1);
  if (last?.type === 'pure-token') {
    sequence.pop();
    sequence.push(part({ name: word, token: last.token }));
  } else sequence.push(part({ name: word }));
}

function repeat(sequence: SynopsisPart[]): void {
  const last = sequence.pop();
  if (last !== undefined) sequence.push({ ...last, isMultiple: true });
}

function optional(choices: readonly (readonly SynopsisPart[])[]): SynopsisPart {
  if (choices.length > 1) return oneOf(choices, true);
  const sequence = choices[0] ?? [];
  return { ...together(sequence), isOptional: true };
}

function oneOf(choices: readonly (readonly SynopsisPart[])[], isOptional: boolean): SynopsisPart {
  const parts = choices.map(together);
  return part({ name: parts[0]?.name ?? 'choice', type: 'oneof', isOptional, parts });
}

function together(sequence: readonly SynopsisPart[]): SynopsisPart {
  const [first] = sequence;
  if (sequence.length === 1 && first !== undefined) return first;
  return part({ name: first?.name ?? 'block', type: 'block', parts: sequence });
}

function part(given: Partial<SynopsisPart>): SynopsisPart {
  const none = { name: '', type: 'string', token: undefined, parts: [] } as const;
  return { ...none, isOptional: false, isMultiple: false, ...given };
}
