import type { LibstoreStatistics } from '../../ring/libstore/libstore.ts';
import type { Metric } from '../prometheus-text.ts';

/** What an application server counts. */
export interface TribblerFigures {
  /** By the class of their status: `2xx` … */
  readonly requests: ReadonlyMap<string, number>;
  readonly requestsUnderWay: number;
  readonly streams: number;
  readonly store: LibstoreStatistics;
}

export function tribblerMetrics({
  requests,
  requestsUnderWay,
  streams,
  store,
}: TribblerFigures): readonly Metric[] {
  const counter = (name: string, help: string, value: number): Metric => ({
    name,
    type: 'counter',
    help,
    samples: [[{}, value]],
  });
  return [
    {
      name: 'atoll_tribbler_requests_total',
      type: 'counter',
      help: 'Requests answered, by the class of the status.',
      samples: [...requests].map(([status, count]) => [{ status }, count] as const),
    },
    {
      name: 'atoll_tribbler_requests_under_way',
      type: 'gauge',
      help: 'Requests that are not answered yet.',
      samples: [[{}, requestsUnderWay]],
    },
    {
      name: 'atoll_tribbler_streams',
      type: 'gauge',
      help: 'Open streams of live updates.',
      samples: [[{}, streams]],
    },
    counter(
      'atoll_libstore_hits_total',
      'Reads answered from a copy, without asking anybody.',
      store.hits,
    ),
    counter('atoll_libstore_misses_total', 'Reads that a node was asked for.', store.misses),
    counter('atoll_libstore_leases_granted_total', 'Leases granted to us.', store.leasesGranted),
    counter('atoll_libstore_revocations_total', 'Leases asked back by owners.', store.revocations),
    counter('atoll_libstore_round_trips_total', 'Batches sent to nodes.', store.roundTrips),
    counter('atoll_libstore_requests_total', 'Commands sent to nodes.', store.requests),
    counter('atoll_libstore_retries_total', 'Commands sent again.', store.retries),
  ];
}
