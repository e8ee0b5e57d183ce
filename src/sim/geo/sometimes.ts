import { statesOfFaults, statesOfPowerCuts } from '../swarm/fault-maker.ts';
import type { Abilities } from './temper.ts';

/** Rare states that a set of seeds must come to, or it proves less than it seems to. */
const statesOfAny = [
  'a wall clock stood behind its own stamps',
  'a counter told two writes of a millisecond apart',
  'two replicas wrote a key before either heard of the other',
  'a delete and a put of a key did not know of each other',
  'a value ended',
  'a tombstone was forgotten',
  'an acknowledged write was lost with all who had it',
  'an unanswered put was done all the same',
  'an unanswered put was never done',
  'a put found nobody',
  'a read saw nothing where there had been a value',
] as const;
/** These need several servers … */
const statesOfClusters = [
  'two servers wrote a key before either heard of the other',
  'a write came to another server after more than three seconds',
  'a tombstone waited for a server that was away',
  'a stamp was refused as too far ahead',
  'a difference between two servers was looked for',
  'a write came to a server when its own had ended',
  'two origins gave the same time and counter',
  'a server joined while clients wrote',
] as const;
/** … and these a disk. */
const statesOfDisks = [
  'a crash took what was not acknowledged',
  'a server began with a snapshot',
  'a disk failed',
  'a disk was full',
] as const;

export type RareState =
  | (typeof statesOfFaults)[number]
  | (typeof statesOfAny)[number]
  | (typeof statesOfClusters)[number]
  | (typeof statesOfDisks)[number]
  | (typeof statesOfPowerCuts)[number];

export const rareStates: readonly RareState[] = [
  ...statesOfFaults,
  ...statesOfAny,
  ...statesOfClusters,
  ...statesOfDisks,
  ...statesOfPowerCuts,
];

/** The states that servers with these abilities can come to. */
export function reachableStates({ serversMax, durabilities }: Abilities): RareState[] {
  const hasDisk = durabilities.some((durability) => durability !== 'memory');
  return [
    ...statesOfFaults,
    ...statesOfAny,
    ...(serversMax > 1 ? statesOfClusters : []),
    ...(hasDisk ? [...statesOfDisks, ...statesOfPowerCuts] : []),
  ];
}
