/**
 * What could drive a terminal or disguise what stands there: control characters (escape sequences begin
 * with one), separators of lines and paragraphs, halves of surrogate pairs, and everything that cannot be
 * seen or that turns the direction of writing.
 *
 * Two invisible kinds stay where they are part of writing: variation selectors, and the joiners after a
 * picture or a letter of a script that is written with them. Between other letters a joiner only serves
 * to make two words look alike.
 */
const dangerous: RegExp =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u2800]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}\p{Lo}])\p{Join_Control}|(?!\p{Join_Control}|\p{Variation_Selector})[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** More marks than any script stacks on one letter: they would be drawn over the lines around it. */
const markPile: RegExp = /(\p{M}{6})\p{M}+/gu;

const named: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * `text` as one line that a terminal only shows and never obeys. What was taken out is written out, as
 * `\u{1b}`; a backslash that was there before looks the same, so double those first where it matters.
 */
export function printable(text: string): string {
  return text
    .replace(
      dangerous,
      (character) => named.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .replace(markPile, '$1');
}
