import type { Problem } from './answer.ts';

/**
 * A Tribble on its way to the server. `key` goes along as `Idempotency-Key`, so it can be sent again and again: when the answer was
 * lost, when the machine was offline, even after the page was loaded anew.
 */
export interface Draft {
  readonly key: string;
  readonly text: string;
  readonly written: string;
  readonly state: DraftState;
}

export type DraftState =
  | { readonly kind: 'sending' }
  /** Sent again as soon as there is a connection. */
  | { readonly kind: 'waiting' }
  /** The server refused it; the writer decides. */
  | { readonly kind: 'refused'; readonly problem: Problem };

/** The drafts with that of `key` in another state. */
export function withDraftState(
  drafts: readonly Draft[],
  key: string,
  state: DraftState,
): readonly Draft[] {
  return drafts.map((draft) => (draft.key === key ? { ...draft, state } : draft));
}

/** Reads what an earlier page has kept; what is not a draft is left out. */
export function parseDrafts(json: string | undefined): readonly Draft[] {
  if (json === undefined) return [];
  const drafts: Draft[] = [];
  for (const value of parseList(json)) {
    if (typeof value !== 'object' || value === null) continue;
    const { key, text, written } = value as Record<string, unknown>;
    if (typeof key !== 'string' || typeof text !== 'string' || typeof written !== 'string')
      continue;
    drafts.push({ key, text, written, state: { kind: 'waiting' } });
  }
  return drafts;
}

function parseList(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}
