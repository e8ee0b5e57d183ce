import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { startAtoll } from './harness/atoll-server.ts';
import { measureDurable } from './geo/durable.ts';
import { measureJoin } from './geo/join.ts';
import { measureList } from './geo/list.ts';
import { measureLoading } from './geo/load.ts';
import { measureRepair } from './geo/repair-bytes.ts';
import { measureSyncCost } from './geo/sync-cost.ts';
import { measureVisibility } from './geo/visibility.ts';
import { measureWire } from './geo/wire.ts';
import { chooseParts, type Part } from './harness/parts.ts';
import { compareWithRedis } from './resp.ts';

const partsIn = (folder: string): Readonly<Record<string, Part>> => ({
  durable: (options) => measureDurable(folder, options),
  list: (options) => measureList(options),
  visibility: (options) => measureVisibility(folder, options),
  wire: (options) => measureWire(options),
  sync: (options) => measureSyncCost(options),
  load: (options) => measureLoading(folder, options),
  repair: (options) => measureRepair(options),
  join: (options) => measureJoin(options),
  resp: (options) =>
    compareWithRedis(options, { start: () => startAtoll({ actors: 2 }), suffix: 'TwoActors' }),
});

/**
 * What durability, order, and agreement with others cost a geo server. Bars: `durableSetRatio` ≥ 1.5, `listPageUs` ≤ 50,
 * `visibleLocalP99Ms` ≤ 150 and `visibleRemoteP99Ms` ≤ 350, `wireBytesPerPut` ≤ `wirePayloadBytes` + 24, `syncCpuShare` ≤ 0.25,
 * `loadMillionSeconds` ≤ 3, `repairBytes0` ≤ 400, `repairBytes1000` ≤ 40,000. All else is told, not judged.
 *
 * Files are made in the working folder: where temporary files lie may be memory, which syncs for nothing.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  const folder = mkdtempSync(join(process.cwd(), '.bench-geo-'));
  try {
    let figures: Figures = {};
    for (const part of chooseParts(partsIn(folder), options.parts)) {
      figures = { ...figures, ...(await part(options)) };
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
