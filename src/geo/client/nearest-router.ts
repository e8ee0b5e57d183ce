import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import { geoClientLimits } from '../../core/limits.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import type { Outcome, Router } from './router.ts';

/** What is known of one address. */
interface Candidate {
  readonly address: HostPort;
  /** Smoothed over the last few answers; unknown before the first one. */
  latencyMs: number | undefined;
  /** Failures since the last answer. */
  failures: number;
  /** Of an address that failed: a call is on its way to find out whether it still does. */
  isProbed: boolean;
  /** From then on one call may go there to find out how it does now. */
  probeDueMs: number;
}

/**
 * Sends calls to the address that answers fastest, and away from those that fail.
 *
 * Distances are measured with the calls themselves: each address gets one call at first, and one more
 * when nothing was heard of it for `probeMs`, because networks change and players move. An address that
 * failed is out until its time of avoidance is over; then a single call probes it, not all of them, and
 * only its answer brings it back. Sending everything back at once would let every call of a whole second
 * run into the same dead server.
 */
export class NearestRouter implements Router {
  readonly #clock: Clock;
  readonly #candidates: readonly Candidate[];

  /** Requires: at least one address. */
  constructor(addresses: readonly HostPort[], { clock }: { clock: Clock }) {
    assert(addresses.length > 0, 'a router needs an address');
    this.#clock = clock;
    this.#candidates = addresses.map((address) => ({
      address,
      latencyMs: undefined,
      failures: 0,
      isProbed: false,
      probeDueMs: 0,
    }));
  }

  nextAddr(): HostPort {
    const nowMs = this.#clock.monotonicMs();
    const chosen = this.#probe(nowMs) ?? this.#nearest() ?? this.#soonestProbe();
    return chosen.address;
  }

  onOutcome(address: HostPort, outcome: Outcome): void {
    const name = formatHostPort(address);
    const candidate = this.#candidates.find((one) => formatHostPort(one.address) === name);
    if (candidate === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    if (outcome.kind === 'failed') {
      // What was under way when it failed fails with it; only the probe tells something new.
      if (candidate.failures > 0 && !candidate.isProbed) return;
      candidate.isProbed = false;
      const avoidMs = geoClientLimits.avoidFirstMs * 2 ** Math.min(candidate.failures, 16);
      candidate.failures += 1;
      candidate.probeDueMs = nowMs + Math.min(avoidMs, geoClientLimits.avoidLastMs);
      return;
    }
    candidate.failures = 0;
    candidate.isProbed = false;
    candidate.probeDueMs = nowMs + geoClientLimits.probeMs;
    const { latencyMs } = candidate;
    // An eighth of the newest, as TCP smooths its round trips: one slow answer is not a move.
    candidate.latencyMs =
      latencyMs === undefined ? outcome.latencyMs : latencyMs + (outcome.latencyMs - latencyMs) / 8;
  }

  /** One whose measurement is due; it is then not due again before the probe can have told. */
  #probe(nowMs: number): Candidate | undefined {
    const due = this.#candidates.find((candidate) => candidate.probeDueMs <= nowMs);
    if (due === undefined) return undefined;
    due.isProbed = true;
    due.probeDueMs = nowMs + geoClientLimits.probeMs;
    return due;
  }

  #nearest(): Candidate | undefined {
    let best: Candidate | undefined;
    for (const candidate of this.#candidates) {
      if (candidate.failures > 0) continue;
      if (best === undefined || distanceMs(candidate) < distanceMs(best)) best = candidate;
    }
    return best;
  }

  /** All have failed: the one that has been left alone longest is as good a guess as any. */
  #soonestProbe(): Candidate {
    let soonest: Candidate | undefined;
    for (const candidate of this.#candidates) {
      if (soonest === undefined || candidate.probeDueMs < soonest.probeDueMs) soonest = candidate;
    }
    assert(soonest !== undefined, 'a router has an address');
    return soonest;
  }
}

function distanceMs({ latencyMs }: Candidate): number {
  return latencyMs ?? Infinity;
}
