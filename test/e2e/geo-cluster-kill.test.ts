import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoCluster } from '../support/geo-cluster.ts';
import { RespWriter } from '../support/resp-writer.ts';

// A server of a cluster dies under load and comes back with its data. The others go on, and in the end all have the same,
// with everything that any of them acknowledged.

/** A client that waits and one that does not, at each actor of the servers of these numbers. */
function startWriters(
  cluster: GeoCluster,
  indices: readonly number[],
  round: number,
): RespWriter[] {
  return indices.flatMap((index) =>
    cluster.at(index).ports.flatMap((port, actor) => {
      const prefix = `${round}/s${index + 1}.${actor + 1}`;
      return [
        new RespWriter({ port, prefix: `${prefix}/single/`, keys: 50 }),
        new RespWriter({ port, prefix: `${prefix}/piped/`, keys: 1_000, depth: 50 }),
      ];
    }),
  );
}

// The first is the one that all others were told to join.
for (const victim of [0, 2]) {
  test(`server ${victim + 1} of three is killed under load and comes back: all are equal, nothing acknowledged is lost`, async (t) => {
    const cluster = await GeoCluster.start(t, { servers: 3, actors: 2, isKept: true });
    const others = [0, 1, 2].filter((index) => index !== victim);
    const writers = startWriters(cluster, [0, 1, 2], 0);
    await Promise.all(writers.map((writer) => writer.hasAcknowledged(50)));
    const dying = writers.filter(({ prefix }) => prefix.startsWith(`0/s${victim + 1}`));
    await cluster.at(victim).kill();
    await Promise.all(dying.map((writer) => writer.end()));

    const living = writers.filter((writer) => !dying.includes(writer));
    const soFar = living.map(({ acknowledged }) => acknowledged);
    await Promise.all(living.map((writer, i) => writer.hasAcknowledged((soFar[i] ?? 0) + 50)));
    await cluster.restart(victim);
    writers.push(...startWriters(cluster, [victim], 1));
    await Promise.all(writers.slice(-4).map((writer) => writer.hasAcknowledged(50)));
    await Promise.all(writers.filter((writer) => !dying.includes(writer)).map((one) => one.stop()));

    const { found, tookMs } = await cluster.untilEqual(20_000);
    let keys = 0;
    for (const writer of writers) keys += writer.check(found);
    assert.ok(keys > 0);
    for (const index of others) {
      assert.equal(await cluster.at(index).metric('atoll_geo_divergence_found_total'), 0);
    }
    t.diagnostic(`${found.size} keys, equal ${tookMs} ms after the last write`);
  });
}
