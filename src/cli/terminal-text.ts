/**
 * What could drive a terminal or disguise what stands there: control characters (escape sequences begin with
 * one), line and paragraph separators, and format characters, which turn the direction of writing or cannot be
 * seen. The two joiners stay: families of emoji and several scripts are made with them.
 */
const dangerous: RegExp = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

const named: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** `text` as one line that a terminal only shows: what it must not obey is written out, as `\u{1b}`. */
export function printable(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(
      dangerous,
      (character) => named.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
}
