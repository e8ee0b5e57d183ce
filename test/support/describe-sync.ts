import { Origins } from '../../src/geo/server/origins.ts';
import { EntryPackReader } from '../../src/geo/server/sync/entry-pack-reader.ts';
import type { SyncMessage, SyncPart } from '../../src/geo/server/sync/sync-message.ts';
import type { SyncNote } from '../../src/geo/server/sync/sync-note.ts';
import type { VectorPairs } from '../../src/geo/version-vector.ts';

/** A sync message as people read it: a line for each thing that it says. */
export function describeSync(message: SyncMessage): string[] {
  const { parts = [], heard = [], knows, knowsHeard, notes = [] } = message;
  return [
    ...parts.map(describePart),
    ...heard.map(({ stream, session, upTo, isMissing }) => {
      return `heard ${stream} ${session} up to ${upTo}${isMissing ? ', then something is missing' : ''}`;
    }),
    ...(knows === undefined
      ? []
      : [`knows ${pairsText(knows.pairs)}, state ${knows.after} to ${knows.upTo}`]),
    ...(knowsHeard === undefined ? [] : [`heard that it knows, state ${knowsHeard}`]),
    ...notes.map((note) => describeNote(note)),
  ];
}

function describePart({ stream, session, after, upTo, entries, claims }: SyncPart): string {
  const claimed = claims.length === 0 ? 'nothing claimed' : `claims ${pairsText(claims)}`;
  return `${stream} ${session} from ${after} to ${upTo}: ${entriesText(entries)}; ${claimed}`;
}

function entriesText(pack: Uint8Array): string {
  if (pack.length === 0) return 'nothing';
  const reader = new EntryPackReader(pack, new Origins(), undefined);
  const texts: string[] = [];
  while (reader.next()) {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, isTombstone } = reader;
    const key = bytes.toString('latin1', keyStart, keyEnd);
    texts.push(
      isTombstone ? `${key} †` : `${key}=${bytes.toString('latin1', valueStart, valueEnd)}`,
    );
  }
  return texts.length <= shownMax ? texts.join(' ') : `${texts.length} entries`;
}

const shownMax = 6;

function pairsText(pairs: VectorPairs): string {
  return pairs.map(([origin, sequence]) => `${origin}:${sequence}`).join(' ');
}

function describeNote(note: SyncNote): string {
  switch (note.kind) {
    case 'check':
      return `note check ${note.number}: of ${note.print[0]} keys`;
    case 'checked':
      return `note checked ${note.number}: ${note.outcome}`;
    case 'repair step': {
      const what = note.bytes.length === 0 ? 'nothing more to ask' : `${note.bytes.length} bytes`;
      return `note repair step${note.opens ? ', the first' : ''}: ${what}`;
    }
    default:
      return `note ${note.kind}`;
  }
}
