import { printable as withoutControls } from '../core/printable.ts';

/**
 * `text` as one line that a terminal only shows: what it must not obey is written out, as `\u{1b}`.
 * Backslashes are doubled, so that what was written out is told from what stood there.
 */
export function printable(text: string): string {
  return withoutControls(text.replaceAll('\\', '\\\\'));
}
