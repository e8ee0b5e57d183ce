import type { PortFigures } from '../../../resp/port-figures.ts';
import type { ReplicaReport } from './replica-report.ts';

/** The figures of a query port and the replica behind it: what the gateway tells of itself. Plain data. */
export interface PortReport extends PortFigures {
  readonly kind: 'port';
  readonly replica: ReplicaReport;
}
