import { commandTable, findCommands } from './command-table.ts';
import type { CommandName } from './command-table.ts';
import { hardware } from './hardware.ts';
import { coins, command, counted, gap, heading, listed, phrase, text, toned } from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';
import { placeOf } from './places.ts';
import { mustGetProblem, problemOf, problems } from './problems.ts';
import { rankAbove, rankOf, ranks } from './ranks.ts';
import { suggest } from './suggestion.ts';

/** The sections of `help`, in the order in which a player needs them. */
const sections: readonly { readonly title: string; readonly names: readonly CommandName[] }[] = [
  { title: 'Getting about', names: ['look', 'move', 'map', 'who'] },
  { title: 'Talking', names: ['say', 'tell', 'emote', 'chat'] },
  { title: 'Getting rich', names: ['mine', 'stop', 'shop', 'buy', 'inv'] },
  { title: 'Getting on', names: ['solve', 'problem', 'resign', 'stats', 'top'] },
  { title: 'And', names: ['story', 'help', 'quit'] },
];

/** Help that is not about one command. */
export const topics = ['playing', 'ranks', 'hardware', 'privacy', 'terminal'] as const;

type Topic = (typeof topics)[number];

/** `help`, with a topic or without. */
export function describeHelp(wanted: string): Block[] {
  if (wanted === '') return overview();
  const topic = topics.find((one) => one === wanted) ?? topicBeginning(wanted);
  const rows = findCommands(wanted);
  const row = rows[0];
  if (topic !== undefined && row?.name !== wanted) return topicTexts[topic]();
  if (row === undefined || rows.length > 1) return [unknownTopic(wanted)];
  return [
    heading`${command(row.usage)}`,
    text`${capitalize(row.summary)}.`,
    ...row.detail.map((line) => text`${commandsIn(line)}`),
    ...aliasesOf(row.aliases),
  ];
}

function overview(): Block[] {
  const blocks: Block[] = [];
  for (const { title, names } of sections) {
    blocks.push(heading`${title}`);
    const rows = names.map((name): Phrase[] => {
      const row = commandTable.find((one) => one.name === name);
      return [phrase`  ${toned('command', row?.usage ?? name)}`, phrase`${row?.summary ?? ''}`];
    });
    blocks.push({
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: '', align: 'left' },
      ],
      rows,
    });
  }
  blocks.push(
    gap,
    text`Any beginning that is clear will do, so ${command('mi 3')} digs three times. ${command('help COMMAND')} says more; so does ${command('help')} with ${listed(topics.map((topic) => command(topic)))}.`,
  );
  return blocks;
}

const topicTexts: Readonly<Record<Topic, () => Block[]>> = {
  playing: () => [
    heading`How to play`,
    text`Dig for coins (${command('mine 5')}), turn them into hardware (${command('shop')}, ${command('buy cpu')}), and hit the problem of your rank (${command('solve 5')}) until it is solved. Then you rise, the shop sells better things, and the next problem is larger.`,
    text`A dig or a try takes up to 4 seconds, and you can type whatever you like meanwhile; ${command('stop')} ends it. A dig finds something 9 times in 10: 1 coin up to as many as your power.`,
    text`Of 20 tries at a problem 16 take your power off it. Three break hardware: one type that you own falls to a quarter. One does nothing.`,
    text`A problem belongs to everybody of its rank. When it is solved, all who did 5 % of the work or hit it three times are promoted, and whoever hit last has a title for life. So it pays to work together, and to say so (${command('chat')}).`,
  ],
  ranks: () => [
    heading`Ranks`,
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: 'problem', align: 'left' },
        { title: 'size', align: 'right' },
        { title: 'its board hangs', align: 'left' },
      ],
      rows: ranks.map(({ id, title }): Phrase[] => {
        const problem = problemOf(id);
        if (problem === undefined) return [phrase`${title}`, phrase`none`, phrase``, phrase``];
        return [
          phrase`${title}`,
          phrase`${problem.name}`,
          phrase`${counted(problem.size, 'step')}`,
          phrase`${toned('place', placeOf(problem.home).at)}`,
        ];
      }),
    },
    gap,
    text`The last hit on each gives a title: ${listed(problems.map(({ rank }) => mustGetProblem(rank).title))}.`,
  ],
  hardware: () => [
    heading`Hardware`,
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: '', align: 'left' },
        { title: 'price', align: 'right' },
        { title: 'power', align: 'right' },
        { title: 'sold to', align: 'left' },
      ],
      rows: hardware.map(({ type, label, priceCoins, power }, level): Phrase[] => [
        phrase`${type}`,
        phrase`${label}`,
        phrase`${coins(priceCoins)}`,
        phrase`${power}`,
        phrase`${ranks[level]?.title ?? ''}${rankAbove(rankOf(ranks[level]?.id ?? 'retired').id) === undefined ? '' : ' and above'}`,
      ]),
    },
  ],
  privacy: () => [
    heading`Privacy`,
    text`This client reads and writes the store directly. Whoever can reach the store can read everything in it, also what was told to one player only, and can play any character: a name is not a password.`,
    text`So say nothing here that others must not read, and play with people whom you trust. What anybody writes is shown to you as plain text: it cannot touch your terminal.`,
    text`When a second client plays your character, you are told.`,
  ],
  terminal: () => [
    heading`The terminal`,
    text`Tab completes, the arrow keys go back in history. Ctrl-C stops what you are doing, Ctrl-D leaves.`,
    text`Start with ${command('--plain')} for a screen reader: whole sentences, no cursor movement, no bars. Colours only underline what the words say; NO_COLOR=1 switches them off.`,
    text`Through a pipe, lines go in and lines come out.`,
  ],
};

function topicBeginning(wanted: string): Topic | undefined {
  const found = topics.filter((topic) => topic.startsWith(wanted));
  return found.length === 1 ? found[0] : undefined;
}

function unknownTopic(wanted: string): Block {
  const known = [...topics, ...commandTable.map(({ name }) => name)];
  const meant = suggest(wanted, known);
  const hint = meant === undefined ? phrase`` : phrase`Did you mean ${command(`help ${meant}`)}? `;
  return text`There is no help on "${wanted.slice(0, 40)}". ${hint}${command('help')} alone lists everything.`;
}

function aliasesOf(aliases: readonly string[]): Block[] {
  if (aliases.length === 0) return [];
  return [text`Also: ${listed(aliases.map((alias) => command(alias)))}.`];
}

/** Turns what stands in backquotes into commands. */
function commandsIn(line: string): Phrase {
  return line
    .split('`')
    .map((part, index) =>
      index % 2 === 0 ? { text: part, tone: 'plain' as const } : command(part),
    )
    .filter((span) => span.text !== '');
}

function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
