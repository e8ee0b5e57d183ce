/**
 * Names of players. They are part of keys, so what may be in them is small: the delimiter cannot be, and
 * a name can never be mistaken for another one's beginning because every prefix ends in the delimiter.
 */
const nameRule = /^[a-z][a-z0-9_-]{2,15}$/;

/** Ids of writers: one running client each. Made at random, so that no two use the same at once. */
const writerRule = /^[a-z0-9]{8,32}$/;

export const nameRuleText =
  'A name has 3 to 16 characters: letters a to z, digits, - and _, and begins with a letter.';

/** Capital letters are the same as small ones; everything is kept small. Undefined if it is no name. */
export function normalizeName(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  return nameRule.test(name) ? name : undefined;
}

/** Whether it is a name as keys hold it. */
export function isName(text: string): boolean {
  return nameRule.test(text);
}

export function isWriter(text: string): boolean {
  return writerRule.test(text);
}
