import type { Table, Version } from '../../src/geo/server/table.ts';
import { bootGeoServer, type BootGeoServer } from '../../src/sim/geo/boot-geo-server.ts';
import type { FoundReplica } from '../../src/sim/geo/replica-probe.ts';

/** What a saboteur does to a server behind its back, and the promise that it breaks. */
export const sabotages = {
  'loses an entry': 'A5',
  'shows an older value again': 'A8',
  'gives a stamp twice': 'A1',
  'lets its stamps go back': 'A2',
  'takes stamps from the future': 'skew',
  'makes values up': 'A10',
  'hides a value from readers': 'reads',
  'talks too much': 'A11',
} as const;
export type Sabotage = keyof typeof sabotages;

/** Starts servers as they are and then does them harm, again and again: what checkers must find. */
export function saboteur(sabotage: Sabotage): BootGeoServer {
  return async (options) => {
    const { timers } = options.outside;
    const booted = await bootGeoServer({
      ...options,
      onFound: (found) => {
        // Before anybody observes the table: some harm is done in secret.
        const secret = secretly(found.replica.table);
        options.onFound(found);
        const harm = (): void => {
          harmful[sabotage](found, secret);
          timers.setTimer(400, harm);
        };
        timers.setTimer(400, harm);
      },
    });
    return sabotage === 'talks too much'
      ? {
          ...booted,
          readFigures: async () => ({ ...(await booted.readFigures()), pairRateMax: 11 }),
        }
      : booted;
  };
}

/** The methods of a table as they are now. */
interface SecretTable {
  readonly put: Table['put'];
  readonly bury: Table['bury'];
}

function secretly(table: Table): SecretTable {
  return { put: table.put.bind(table), bury: table.bury.bind(table) };
}

type Harm = (found: FoundReplica, secret: SecretTable) => void;

const harmful: Record<Sabotage, Harm> = {
  'loses an entry': ({ replica: { table } }, { bury }) => {
    const reference = firstLive(table);
    if (reference >= 0) bury(reference);
  },
  'shows an older value again': ({ replica: { table } }) => {
    withFirst(table, (key, version) => {
      putText(table, key, 'old', { ...version, wallMs: version.wallMs - 1 });
    });
  },
  'gives a stamp twice': ({ replica: { table } }) => {
    withFirst(table, (_key, version) => putText(table, 'twice', 'twice', version));
  },
  'lets its stamps go back': ({ replica: { table, origin } }) => {
    withFirst(table, (key, { wallMs, sequence }) => {
      const version = { wallMs: wallMs - 1, counter: 0, origin, sequence: sequence + 1 };
      putText(table, `${key}/back`, 'back', version);
    });
  },
  'takes stamps from the future': ({ replica, clock }) => {
    const origin = replica.origins.numberOf('somebody else');
    const wallMs = clock.wallMs() + 61_000;
    putText(replica.table, 'future', 'future', { wallMs, counter: 0, origin, sequence: 1 });
  },
  'makes values up': ({ replica: { table } }) => {
    withFirst(table, (key, version) => {
      putText(table, key, 'made up', { ...version, counter: version.counter + 1 });
    });
  },
  'hides a value from readers': ({ replica }) => {
    replica.read = () => -1;
  },
  'talks too much': () => {},
};

/** The entry at the first place, if it is live; −1: it is not. */
function firstLive(table: Table): number {
  const reference = table.atPlace(0);
  return reference > 0 && table.isLive(reference) ? reference : -1;
}

function withFirst(table: Table, harm: (key: string, version: Version) => void): void {
  const reference = firstLive(table);
  if (reference < 0) return;
  const key = Buffer.alloc(table.keyLength(reference));
  table.readKey(reference, key);
  const version: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
  table.readVersion(reference, version);
  harm(key.toString(), version);
}

function putText(table: Table, key: string, value: string, version: Version): void {
  const bytes = Buffer.from(key + value);
  const keyEnd = Buffer.byteLength(key);
  table.put(bytes, 0, keyEnd, keyEnd, bytes.length, 0, version);
}
