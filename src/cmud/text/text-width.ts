/**
 * How many columns a terminal gives to a text: most characters one, those of East Asian scripts and
 * pictures two, marks and joiners none. An approximation, as every terminal has its own; it errs on the side of
 * breaking a line early.
 */
const twoColumns: RegExp =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const noColumn: RegExp = /\p{M}|\p{Join_Control}/u;

export function textWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterWidth(character);
  return columns;
}

/** The longest beginning of `text` that fits `columns`; at least one character, so that work goes on. */
export function headOfWidth(text: string, columns: number): string {
  let head = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > columns && head !== '') break;
    head += character;
  }
  return head;
}

function characterWidth(character: string): number {
  // Nearly everything that is ever shown.
  if (character < '\u0300') return 1;
  if (noColumn.test(character)) return 0;
  return twoColumns.test(character) ? 2 : 1;
}
