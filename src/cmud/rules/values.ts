import type { Damage } from './damage.ts';
import { gameLimits } from './game-limits.ts';
import { mapCounts } from './hardware.ts';
import type { Counts } from './hardware.ts';
import type { Ledger } from './ledger.ts';
import { isName } from './names.ts';
import { isPlaceId } from './places.ts';
import type { PlaceId } from './places.ts';
import type { Award } from './promotion.ts';

/**
 * Values as the store holds them: JSON with a version. In direct mode anybody who can reach the store can
 * write anything into it, so a value is believed only after every field of it was looked at; what does not
 * pass is `undefined`, which the view ignores and counts.
 */
const version = 1;

/** Who took the last step of a round, and when. */
export interface Solved {
  readonly by: string;
  readonly atMs: number;
}

export const activities = ['idle', 'mining', 'solving'] as const;

/** What a player is doing, as others see it. */
export type Activity = (typeof activities)[number];

export interface Presence {
  readonly activity: Activity;
}

export const manners = ['say', 'emote', 'chat', 'tell'] as const;

export interface Message {
  readonly from: string;
  readonly manner: (typeof manners)[number];
  readonly text: string;
}

export function encodeLedger({ earned, spent, bought, broken }: Ledger): string {
  return encode({ earned, spent, bought: sparse(bought), broken: sparse(broken) });
}

export function decodeLedger(text: string): Ledger | undefined {
  const fields = decode(text);
  const earned = total(fields?.['earned']);
  const spent = total(fields?.['spent']);
  const bought = counts(fields?.['bought']);
  const broken = counts(fields?.['broken']);
  if (earned === undefined || spent === undefined) return undefined;
  if (bought === undefined || broken === undefined) return undefined;
  return { earned, spent, bought, broken };
}

export function encodeDamage({ steps, hits, lastMs }: Damage): string {
  return encode({ steps, hits, at: lastMs });
}

export function decodeDamage(text: string): Damage | undefined {
  const fields = decode(text);
  const steps = total(fields?.['steps']);
  const hits = total(fields?.['hits']);
  const lastMs = time(fields?.['at']);
  if (steps === undefined || hits === undefined || lastMs === undefined) return undefined;
  return { steps, hits, lastMs };
}

export function encodeAward({ round, atMs }: Award): string {
  return encode({ round, at: atMs });
}

export function decodeAward(text: string): Award | undefined {
  const fields = decode(text);
  const round = total(fields?.['round']);
  const atMs = time(fields?.['at']);
  return round === undefined || atMs === undefined ? undefined : { round, atMs };
}

export function encodeSolved({ by, atMs }: Solved): string {
  return encode({ by, at: atMs });
}

export function decodeSolved(text: string): Solved | undefined {
  const fields = decode(text);
  const by = fields?.['by'];
  const atMs = time(fields?.['at']);
  return typeof by !== 'string' || !isName(by) || atMs === undefined ? undefined : { by, atMs };
}

export function encodePlace(place: PlaceId): string {
  return encode({ place });
}

export function decodePlace(text: string): PlaceId | undefined {
  const place = decode(text)?.['place'];
  return typeof place === 'string' && isPlaceId(place) ? place : undefined;
}

export function encodePresence({ activity }: Presence): string {
  return encode({ activity });
}

export function decodePresence(text: string): Presence | undefined {
  const found = decode(text)?.['activity'];
  const activity = activities.find((one) => one === found);
  return activity === undefined ? undefined : { activity };
}

export function encodeMessage({ from, manner, text }: Message): string {
  return encode({ from, manner, text });
}

/** The text is as it was sent: whoever shows it makes it harmless first. */
export function decodeMessage(encoded: string): Message | undefined {
  const fields = decode(encoded);
  const from = fields?.['from'];
  const manner = manners.find((one) => one === fields?.['manner']);
  const text = fields?.['text'];
  if (typeof from !== 'string' || !isName(from) || manner === undefined) return undefined;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  return text.length > gameLimits.messageCharsMax ? undefined : { from, manner, text };
}

function encode(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ v: version, ...fields });
}

function decode(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > gameLimits.valueCharsMax) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRecord(value) && value['v'] === version ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A total as a ledger may hold it: whole, not negative, not absurd. */
function total(value: unknown): number | undefined {
  const isTotal =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= gameLimits.totalMax;
  return isTotal ? value : undefined;
}

/** A time that a calendar can show. */
function time(value: unknown): number | undefined {
  const isTime =
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 8.64e15;
  return isTime ? value : undefined;
}

/** Types that are not named count 0; types that are not known are a later version's and ignored. */
function counts(value: unknown): Counts | undefined {
  if (!isRecord(value)) return undefined;
  let isValid = true;
  const read = mapCounts((type) => {
    const count = Object.hasOwn(value, type) ? total(value[type]) : 0;
    isValid &&= count !== undefined;
    return count ?? 0;
  });
  return isValid ? read : undefined;
}

function sparse(all: Counts): Record<string, number> {
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}
