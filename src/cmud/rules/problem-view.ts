import { partIn } from './moves.ts';
import { capitalized, counted, heading, listed, phrase, player, text, toned } from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';
import { problemOf, mustGetProblem } from './problems.ts';
import type { ProblemId } from './problems.ts';
import { rankAbove } from './ranks.ts';
import type { World } from './world.ts';

/** How far the current round of a problem is, as a bar, labelled with its name unless told otherwise. */
export function problemBar(world: World, rank: ProblemId, label?: string): Block {
  const { name, size } = mustGetProblem(rank);
  const facts = world.problem(rank);
  const remaining = facts.remaining(facts.currentRound);
  return {
    kind: 'bar',
    label: label === undefined ? phrase`${toned('strong', name)}` : phrase`${label}`,
    done: size - remaining,
    size,
    unit: 'step',
  };
}

/** `problem`: the one of the player's rank, who works on it, and the player's own part. */
export function describeProblem(world: World, name: string): Block[] {
  const problem = problemOf(world.rankOf(name));
  if (problem === undefined) {
    return [
      text`You have solved all that there was. The problems of the others hang on the bridge.`,
    ];
  }
  const facts = world.problem(problem.rank);
  const { contributions } = facts.round(facts.currentRound);
  const workers = contributions
    .filter(({ steps }) => steps > 0)
    .slice(0, 8)
    .map((one) => phrase`${player(one.name)} ${one.steps}`);
  const by: Phrase =
    workers.length === 0
      ? phrase`Nobody has touched this round yet.`
      : phrase`Taken off so far: ${listed(workers)}.`;
  return [
    heading`${toned('strong', capitalized(problem.name))}, round ${facts.currentRound}`,
    problemBar(world, problem.rank, 'Done so far'),
    text`${by}`,
    text`${describePart(world, problem.rank, name)}`,
  ];
}

function describePart(world: World, rank: ProblemId, name: string): Phrase {
  const { steps, hits, isEnough } = partIn(world, rank, name);
  const above = rankAbove(rank)?.called ?? '';
  const rule = phrase`5 % of the work or 3 hits make you ${above} when it is solved`;
  if (hits === 0) return phrase`You have no part in it yet: ${rule}.`;
  const part = phrase`Your part is ${counted(steps, 'step')} in ${counted(hits, 'hit')}`;
  return isEnough
    ? phrase`${part}: enough to become ${above} when it is solved.`
    : phrase`${part}; ${rule}.`;
}
