import { gameLimits } from './game-limits.ts';
import { isName, isWriter } from './names.ts';
import { isPlaceId } from './places.ts';
import type { PlaceId } from './places.ts';
import { isProblemId } from './problems.ts';
import type { ProblemId } from './problems.ts';
import { isRankId } from './ranks.ts';
import type { RankId } from './ranks.ts';

/**
 * Every key of the game, made and read in this file only.
 *
 * The store keeps the last of two concurrent writes, so a key that two clients read, change and write
 * back loses one of the changes. Therefore each key that changes has exactly one writer (the part `W`
 * names it), and whatever is shared is a fold over a prefix.
 *
 * Invariant: prefixes end in the delimiter, and no part of a key holds it: `cmud/p/al/` is not a
 * beginning of `cmud/p/alice/…`.
 */
export const playersPrefix = 'cmud/p/';
export const problemsPrefix = 'cmud/problem/';
export const onlinePrefix = 'cmud/online/';
const chatPrefix = 'cmud/chat/';

/** Where something is said: heard by all, by those in a place, or by one player. */
export type Channel =
  | { readonly kind: 'all' }
  | { readonly kind: 'place'; readonly place: PlaceId }
  | { readonly kind: 'player'; readonly name: string };

export type ParsedKey =
  | { readonly kind: 'ledger'; readonly name: string; readonly writer: string }
  | { readonly kind: 'award'; readonly name: string; readonly rank: RankId }
  | { readonly kind: 'place'; readonly name: string }
  | {
      readonly kind: 'damage';
      readonly rank: ProblemId;
      readonly round: number;
      readonly name: string;
      readonly writer: string;
    }
  | { readonly kind: 'solved'; readonly rank: ProblemId; readonly round: number }
  | { readonly kind: 'online'; readonly name: string; readonly writer: string }
  | {
      readonly kind: 'chat';
      readonly channel: Channel;
      readonly stampMs: number;
      readonly writer: string;
      readonly number: number;
    };

export function ledgerKey(name: string, writer: string): string {
  return `${playersPrefix}${name}/ledger/${writer}`;
}

export function awardKey(name: string, rank: RankId): string {
  return `${playersPrefix}${name}/award/${rank}`;
}

export function placeKey(name: string): string {
  return `${playersPrefix}${name}/place`;
}

export function damageKey(rank: ProblemId, round: number, name: string, writer: string): string {
  return `${problemsPrefix}${rank}/${round}/damage/${name}/${writer}`;
}

export function solvedKey(rank: ProblemId, round: number): string {
  return `${problemsPrefix}${rank}/${round}/solved`;
}

export function onlineKey(name: string, writer: string): string {
  return `${onlinePrefix}${name}/${writer}`;
}

/** All that is said on a channel, in the order of the stamps. */
export function channelPrefix(channel: Channel): string {
  return `${chatPrefix}${channelName(channel)}/`;
}

/** Stamps have a fixed number of digits, so that the order of the keys is the order of the times. */
export function chatKey(channel: Channel, stampMs: number, writer: string, number: number): string {
  return `${channelPrefix(channel)}${String(stampMs).padStart(stampDigits, '0')}-${writer}-${number}`;
}

/** What a key is about; undefined for anything that is not one of ours, whoever wrote it. */
export function parseKey(key: string): ParsedKey | undefined {
  const parts = key.split('/');
  if (parts[0] !== 'cmud') return undefined;
  switch (parts[1]) {
    case 'p':
      return parsePlayerKey(parts);
    case 'problem':
      return parseProblemKey(parts);
    case 'online':
      return parseOnlineKey(parts);
    case 'chat':
      return parseChatKey(parts);
    default:
      return undefined;
  }
}

const stampDigits = 15;
const stampRule = /^(\d{15})-([a-z0-9]{8,32})-(\d{1,9})$/;

function channelName(channel: Channel): string {
  switch (channel.kind) {
    case 'all':
      return 'all';
    case 'place':
      return `at.${channel.place}`;
    case 'player':
      return `to.${channel.name}`;
  }
}

function parsePlayerKey(parts: readonly string[]): ParsedKey | undefined {
  const [, , name = '', field, last = ''] = parts;
  if (!isName(name)) return undefined;
  if (parts.length === 4 && field === 'place') return { kind: 'place', name };
  if (parts.length !== 5) return undefined;
  if (field === 'ledger' && isWriter(last)) return { kind: 'ledger', name, writer: last };
  if (field === 'award' && isRankId(last)) return { kind: 'award', name, rank: last };
  return undefined;
}

function parseProblemKey(parts: readonly string[]): ParsedKey | undefined {
  const [, , rank = '', roundText = '', field, name = '', writer = ''] = parts;
  const round = parseRound(roundText);
  if (!isProblemId(rank) || round === undefined) return undefined;
  if (parts.length === 5 && field === 'solved') return { kind: 'solved', rank, round };
  if (parts.length !== 7 || field !== 'damage') return undefined;
  if (!isName(name) || !isWriter(writer)) return undefined;
  return { kind: 'damage', rank, round, name, writer };
}

function parseOnlineKey(parts: readonly string[]): ParsedKey | undefined {
  const [, , name = '', writer = ''] = parts;
  if (parts.length !== 4 || !isName(name) || !isWriter(writer)) return undefined;
  return { kind: 'online', name, writer };
}

function parseChatKey(parts: readonly string[]): ParsedKey | undefined {
  const [, , channelText = '', last = ''] = parts;
  const channel = parseChannel(channelText);
  const match = stampRule.exec(last);
  if (parts.length !== 4 || channel === undefined || match === null) return undefined;
  const [, stamp = '', writer = '', number = ''] = match;
  return { kind: 'chat', channel, stampMs: Number(stamp), writer, number: Number(number) };
}

function parseChannel(text: string): Channel | undefined {
  if (text === 'all') return { kind: 'all' };
  const rest = text.slice(3);
  if (text.startsWith('at.') && isPlaceId(rest)) return { kind: 'place', place: rest };
  if (text.startsWith('to.') && isName(rest)) return { kind: 'player', name: rest };
  return undefined;
}

/** Rounds count from 1 and are written in one way only: two keys never mean the same round. */
function parseRound(text: string): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const round = Number(text);
  return round <= gameLimits.roundMax ? round : undefined;
}
