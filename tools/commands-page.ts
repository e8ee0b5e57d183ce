import type { CommandEntry, CommandGroup, CommandTable } from '../src/resp/command-table.ts';

const groupTitles: Readonly<Record<CommandGroup, string>> = {
  string: 'Values',
  list: 'Lists',
  generic: 'Keys',
  geo: 'Prefixes',
  ring: 'Ring and leases',
  connection: 'Connection',
  server: 'Server',
  cluster: 'Cluster',
};

/** A page as `docs/reference/commands.md`, made from the table that executes the commands. */
export function commandsPage<Target>(
  table: CommandTable<Target>,
  { title, introduction }: { readonly title: string; readonly introduction: string },
): string {
  const lines = [`# ${title}`, '', introduction.trim(), ''];
  for (const [group, heading] of Object.entries(groupTitles)) {
    const entries = table.entries.filter(({ row }) => row.group === group);
    if (entries.length === 0) continue;
    lines.push(`## ${heading}`, '', '| command | what it does | since |', '|---|---|---|');
    for (const entry of entries) lines.push(...rowsOf(entry, ''));
    lines.push('');
  }
  lines.push('## Not offered', '');
  lines.push('These get an error that says why; the connection stays usable.', '');
  lines.push('| command | answer |', '|---|---|');
  for (const { names, because } of table.refusals) {
    const shown = names.map((name) => `\`${name.toUpperCase()}\``);
    lines.push(`| ${shown.join(' ')} | ${escapeCell(because)} |`);
  }
  lines.push('', "Every other command is answered with `ERR unknown command`, in Redis's words.");
  return `${lines.join('\n')}\n`;
}

/** One row for each form that can be executed. */
function rowsOf<Target>({ row, subcommands }: CommandEntry<Target>, container: string): string[] {
  const name = `${container}${row.name.toUpperCase()}`;
  const ownRow = `| \`${name}${row.synopsis === '' ? '' : ` ${escapeCell(row.synopsis)}`}\` | ${escapeCell(row.summary)} | ${row.since} |`;
  const rows = row.run === undefined ? [] : [ownRow];
  return [...rows, ...subcommands.flatMap((entry) => rowsOf(entry, `${name} `))];
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
