import { describeMap, describeTop, describeWho } from '../rules/boards.ts';
import { describeHelp } from '../rules/help.ts';
import { describePlace } from '../rules/look.ts';
import type { Question } from '../rules/parse-command.ts';
import { command, heading, listed, player, text } from '../rules/phrase.ts';
import type { Block } from '../rules/phrase.ts';
import { describeProblem } from '../rules/problem-view.ts';
import { describeInventory, describeLife, describeShop } from '../rules/profile.ts';
import { rankOf, ranks } from '../rules/ranks.ts';
import { tellChapter } from '../rules/stories.ts';
import type { World } from '../rules/world.ts';

/** What is shown to a player who asks. */
export function answer(asked: Question, world: World, name: string): Block[] {
  switch (asked.kind) {
    case 'look':
      return describePlace(world, name);
    case 'map':
      return describeMap(world, name);
    case 'who':
      return describeWho(world, name);
    case 'shop':
      return describeShop(world, name);
    case 'inv':
      return describeInventory(world, name);
    case 'problem':
      return describeProblem(world, name);
    case 'top':
      return describeTop(world, name);
    case 'stats':
      return lifeOf(asked.name ?? name, world, name);
    case 'story':
      return tellStory(asked.topic, world, name);
    case 'help':
      return describeHelp(asked.topic);
  }
}

function lifeOf(wanted: string, world: World, name: string): Block[] {
  if (wanted === name || world.knows(wanted) || world.online.has(wanted)) {
    return describeLife(world, wanted, wanted === name);
  }
  return [
    text`Nobody here has ever heard of ${player(wanted)}. ${command('top')} and ${command('who')} show names.`,
  ];
}

/** Only what one has lived through: the chapters to come stay unread. */
function tellStory(wanted: string, world: World, name: string): Block[] {
  const { level } = rankOf(world.rankOf(name));
  const known = ranks.filter((rank) => rank.level <= level);
  const asked = wanted === '' ? level : known.find((rank) => rank.id.startsWith(wanted))?.level;
  const rank = asked === undefined ? undefined : ranks[asked];
  if (rank === undefined) {
    const names = listed(known.map(({ id }) => command(`story ${id}`)));
    return [text`There is no such chapter, or you have not come to it yet. You may read ${names}.`];
  }
  return [heading`${rank.title}`, ...tellChapter(rank.id)];
}
