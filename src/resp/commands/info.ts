import type { CommandTable } from '../command-table.ts';
import { redisVersion, type InfoSection, type ServerFacts } from './server-facts.ts';

/** Sections that are shown only when asked for, as in Redis. */
const onDemand: ReadonlySet<string> = new Set(['commandstats']);
const everything: ReadonlySet<string> = new Set(['all', 'everything']);

/**
 * The text of INFO: headed sections of `name:value` lines. `wanted` holds section names in lower case, or
 * `all`; empty means those that Redis shows by default.
 *
 * `redis_version` says which Redis the commands follow, because clients choose by it what they send;
 * `atoll_version` says what this really is. `loading:0` is what ioredis waits for.
 */
export function infoText<Target>(
  facts: ServerFacts<Target>,
  target: Target,
  wanted: ReadonlySet<string>,
): string {
  const isAll = [...wanted].some((name) => everything.has(name));
  const isDefault = wanted.size === 0 || wanted.has('default');
  let text = '';
  for (const { name, fields } of merged([...ownSections(facts), ...facts.info(target)])) {
    const key = name.toLowerCase();
    if (!isAll && !wanted.has(key) && !(isDefault && !onDemand.has(key))) continue;
    text += `${text === '' ? '' : '\r\n'}# ${name}\r\n`;
    for (const [field, value] of fields) text += `${field}:${value}\r\n`;
  }
  return text;
}

/** What the table counted, as a section for `ServerFacts.info`. Only commands that were ever sent. */
export function commandStats<Target>(table: CommandTable<Target>): InfoSection {
  const fields: (readonly [string, string])[] = [];
  for (const entry of table.entries.flatMap((each) => [each, ...each.subcommands])) {
    const { fullName, calls, failures, rejected } = entry;
    if (calls + rejected === 0) continue;
    const value = `calls=${calls},rejected_calls=${rejected},failed_calls=${failures}`;
    fields.push([`cmdstat_${fullName}`, value]);
  }
  return { name: 'Commandstats', fields };
}

function ownSections<Target>(facts: ServerFacts<Target>): readonly InfoSection[] {
  const { clients, clock, address, atollVersion } = facts;
  const counters = facts.counters();
  return [
    {
      name: 'Server',
      fields: [
        ['redis_version', redisVersion],
        ['redis_mode', 'standalone'],
        ['atoll_version', atollVersion],
        ['tcp_port', address().port],
        ['server_time_usec', clock.wallMs() * 1_000],
      ],
    },
    {
      name: 'Clients',
      fields: [
        ['connected_clients', clients.size],
        ['connected_clients_peak', clients.peak],
      ],
    },
    { name: 'Persistence', fields: [['loading', 0]] },
    {
      name: 'Stats',
      fields: [
        ['total_connections_received', counters.connectionsAccepted],
        ['rejected_connections', counters.connectionsRefused],
        ['total_commands_processed', counters.commands],
        ['protocol_errors', counters.protocolErrors],
        ['foreign_protocols', counters.foreignProtocols],
        ['connections_timed_out', counters.timeouts],
        ['client_output_buffer_limit_disconnections', counters.outputOverflows],
      ],
    },
  ];
}

/** Sections of the same name become one; the last value of a field stays. */
function merged(sections: readonly InfoSection[]): readonly InfoSection[] {
  const byName = new Map<string, Map<string, string | number>>();
  for (const { name, fields } of sections) {
    const section = byName.get(name) ?? new Map<string, string | number>();
    for (const [field, value] of fields) section.set(field, value);
    byName.set(name, section);
  }
  return [...byName].map(([name, fields]) => ({ name, fields: [...fields] }));
}
