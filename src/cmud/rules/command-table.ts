/** What an argument is, for completion. */
export type ArgumentKind = 'place' | 'player' | 'hardware' | 'topic' | 'words' | 'number';

export interface CommandRow {
  readonly name: CommandName;
  /** Other spellings. Not offered by completion, and never in conflict with an abbreviation. */
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly summary: string;
  /** What `help NAME` says. */
  readonly detail: readonly string[];
  readonly arguments: readonly ArgumentKind[];
}

export type CommandName =
  | 'look'
  | 'move'
  | 'map'
  | 'who'
  | 'say'
  | 'tell'
  | 'emote'
  | 'chat'
  | 'mine'
  | 'stop'
  | 'shop'
  | 'buy'
  | 'inv'
  | 'solve'
  | 'problem'
  | 'resign'
  | 'stats'
  | 'top'
  | 'story'
  | 'help'
  | 'quit';

/** One row per command: the parser, the help, completion and the reference page read nothing else. */
export const commandTable: readonly CommandRow[] = [
  {
    name: 'look',
    aliases: ['l'],
    usage: 'look',
    summary: 'where you are, what there is to see, who is here',
    detail: ['Each place shows something of the world as it is at this moment; `map` says what.'],
    arguments: [],
  },
  {
    name: 'move',
    aliases: ['go', 'walk', 'n'],
    usage: 'move PLACE',
    summary: 'go to another place, from anywhere to anywhere',
    detail: [
      'A place is named by a part of its name or by its floor: `move fence`, `move pausch`, `move 7`.',
      '`n` alone walks on to the next place of the map.',
    ],
    arguments: ['place'],
  },
  {
    name: 'map',
    aliases: [],
    usage: 'map',
    summary: 'all places, what they are good for, and who is there now',
    detail: ['Only people who are online are on the map.'],
    arguments: [],
  },
  {
    name: 'who',
    aliases: ['players'],
    usage: 'who',
    summary: 'who is online, where, and doing what',
    detail: ['Who was not heard of for 30 seconds is gone.'],
    arguments: [],
  },
  {
    name: 'say',
    aliases: ["'"],
    usage: 'say WORDS',
    summary: 'say something to the people in the same place',
    detail: ["A quote does the same: `'hello`."],
    arguments: ['words'],
  },
  {
    name: 'tell',
    aliases: ['whisper'],
    usage: 'tell NAME WORDS',
    summary: 'tell one player something, wherever the player is',
    detail: [
      'Who is not online reads it at the next login, for a day.',
      'Only that player is shown it. It is not secret, though: see `help privacy`.',
    ],
    arguments: ['player', 'words'],
  },
  {
    name: 'emote',
    aliases: [':', 'me'],
    usage: 'emote WORDS',
    summary: 'do something that the people in the same place see',
    detail: ['`emote waves` shows them your name and "waves". A colon does the same: `:waves`.'],
    arguments: ['words'],
  },
  {
    name: 'chat',
    aliases: ['shout'],
    usage: 'chat WORDS',
    summary: 'say something to everybody who is online',
    detail: ['The last few lines of the day are shown at login.'],
    arguments: ['words'],
  },
  {
    name: 'mine',
    aliases: ['dig'],
    usage: 'mine [N]',
    summary: 'dig for coins, once or N times',
    detail: [
      'A dig takes up to 4 seconds. 9 in 10 find something: 1 coin up to as many as your power.',
      'You can go on typing meanwhile. `stop` ends it; what you found is yours.',
    ],
    arguments: ['number'],
  },
  {
    name: 'stop',
    aliases: [],
    usage: 'stop',
    summary: 'stop digging or trying',
    detail: ['So does Ctrl-C.'],
    arguments: [],
  },
  {
    name: 'shop',
    aliases: ['store'],
    usage: 'shop',
    summary: 'what there is to buy for somebody of your rank',
    detail: ['With each rank the shop sells you one type more.'],
    arguments: [],
  },
  {
    name: 'buy',
    aliases: [],
    usage: 'buy [N|max] TYPE',
    summary: 'buy hardware: N of it, or as much as you can pay',
    detail: ['`buy gpu` and `buy max gpu` spend all that is good for it; `buy 2 gpu` buys two.'],
    arguments: ['hardware', 'hardware'],
  },
  {
    name: 'inv',
    aliases: ['i', 'inventory'],
    usage: 'inv',
    summary: 'your coins, your hardware, your power',
    detail: [],
    arguments: [],
  },
  {
    name: 'solve',
    aliases: ['work'],
    usage: 'solve [N]',
    summary: 'sit down at the problem of your rank and try, once or N times',
    detail: [
      'A try takes up to 4 seconds. Of 20 tries, 16 take your power off the problem, 3 break some of your ' +
        'hardware (one type falls to a quarter), 1 does nothing.',
      'All players of a rank share its problem. When it is solved, everybody who did 5 % of it or hit it ' +
        'three times is promoted, and the last hit earns a title.',
      'You sit at the problem until you `resign`; to dig again, get up first.',
    ],
    arguments: ['number'],
  },
  {
    name: 'problem',
    aliases: ['p'],
    usage: 'problem',
    summary: 'the problem of your rank: what is left, who works on it, your part',
    detail: [],
    arguments: [],
  },
  {
    name: 'resign',
    aliases: ['leave'],
    usage: 'resign',
    summary: 'get up from the problem; your part of it stays yours',
    detail: [],
    arguments: [],
  },
  {
    name: 'stats',
    aliases: ['score'],
    usage: 'stats [NAME]',
    summary: 'the life so far of you or somebody else',
    detail: [],
    arguments: ['player'],
  },
  {
    name: 'top',
    aliases: [],
    usage: 'top',
    summary: 'who has got furthest',
    detail: ['By rank, then by power, then by coins.'],
    arguments: [],
  },
  {
    name: 'story',
    aliases: ['read'],
    usage: 'story [RANK]',
    summary: 'read the story of your rank again, or of one that you have left behind',
    detail: [],
    arguments: ['words'],
  },
  {
    name: 'help',
    aliases: ['h', '?'],
    usage: 'help [TOPIC]',
    summary: 'all commands, or one command or topic in detail',
    detail: [],
    arguments: ['topic'],
  },
  {
    name: 'quit',
    aliases: ['exit', 'bye', 'q'],
    usage: 'quit',
    summary: 'leave the game; everything that you have is kept',
    detail: ['So does Ctrl-D.'],
    arguments: [],
  },
];

/** The rows that `word` may mean: a name or an alias if it is one, else all names that begin so. */
export function findCommands(word: string): CommandRow[] {
  const wanted = word.toLowerCase();
  const exact = commandTable.find((row) => row.name === wanted || row.aliases.includes(wanted));
  if (exact !== undefined) return [exact];
  return commandTable.filter((row) => row.name.startsWith(wanted));
}
