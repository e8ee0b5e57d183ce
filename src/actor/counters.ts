/**
 * What an actor system counts, for operators and tests. CMUD §5.1 and §5.2 set bounds on messages and bytes,
 * and these figures are how anybody checks them.
 */
export interface ThreadCounters {
  /** Messages told by actors. */
  toldByActors: number;
  /** Messages told from outside the actors: by the program, by gateways (a lent batch counts each query). */
  toldFromOutside: number;
  /** Messages that actors were given to handle. */
  handled: number;
  /** Bytes of messages marshalled for other threads and systems. */
  marshalledBytes: number;
  /** Bytes of messages that came from other systems. */
  remoteReceivedBytes: number;
  /** Channel refs that got their message; one for each query of a lent batch. */
  channelRefsUsed: number;
  /** Messages whose receiver was not there, or not any more. */
  deadLetters: number;
  /** Messages to other systems dropped at the outbox. */
  droppedBeforeSend: number;
  /** Messages of other systems that never came, as their sequence numbers show. */
  missingFromRemote: number;
  /** Errors reported through `onError`. */
  errors: number;
  /** Messages that wait in mailboxes now. */
  mailboxDepth: number;
  /** Actors alive now. */
  actors: number;
  /** The most messages of any ordered pair of actors in any window of one second. */
  pairRateMax: number;
}

export function createCounters(): ThreadCounters {
  return {
    toldByActors: 0,
    toldFromOutside: 0,
    handled: 0,
    marshalledBytes: 0,
    remoteReceivedBytes: 0,
    channelRefsUsed: 0,
    deadLetters: 0,
    droppedBeforeSend: 0,
    missingFromRemote: 0,
    errors: 0,
    mailboxDepth: 0,
    actors: 0,
    pairRateMax: 0,
  };
}

/** The counters of a whole system: sums over its threads, and the highest rate of any. */
export function addCounters(all: readonly ThreadCounters[]): ThreadCounters {
  const sum = createCounters();
  for (const counters of all) {
    for (const name of Object.keys(sum) as (keyof ThreadCounters)[]) {
      if (name !== 'pairRateMax') sum[name] += counters[name];
    }
    sum.pairRateMax = Math.max(sum.pairRateMax, counters.pairRateMax);
  }
  return sum;
}
