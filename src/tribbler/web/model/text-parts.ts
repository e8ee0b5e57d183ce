/** A piece of a Tribble's text: as it is, a name that leads to a profile, or an address of the web. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly user: string }
  | { readonly kind: 'link'; readonly text: string; readonly address: string };

// A name must not stand within a word (`heather@example.com` mentions nobody) nor go on past what a name can be. A link is only
// ever http or https: `javascript:` is text.
const special =
  /(?<![\w@/])@(?<user>[a-z0-9_]{1,30})(?![\w@])|(?<![\w/])https?:\/\/[^\s<>"'`]{3,500}/g;
const punctuationAtEnd = /[.,;:!?)\]}…]+$/;

/** Takes a text apart; the pieces put together are the text again. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const found of text.matchAll(special)) {
    const user = found.groups?.['user'];
    const piece = user === undefined ? found[0].replace(punctuationAtEnd, '') : found[0];
    if (user === undefined && !URL.canParse(piece)) continue;
    if (found.index > end) parts.push({ kind: 'text', text: text.slice(end, found.index) });
    parts.push(
      user === undefined
        ? { kind: 'link', text: piece.replace(/^https?:\/\//, ''), address: piece }
        : { kind: 'mention', text: piece, user },
    );
    end = found.index + piece.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}
