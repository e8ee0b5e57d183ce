import { AtollError } from '../../../core/errors.ts';
import type { Description } from '../description.ts';

/**
 * Which cluster a server belongs to: that of its data (`stored`, empty if there is none), that of the servers it joins, or one of its
 * own. Throws `USAGE` if these are not one: two clusters would give each other what each has deleted.
 */
export function chooseCluster(
  stored: string,
  join: readonly Description[],
  draw: () => string,
): string {
  const [first] = join;
  if (join.some(({ clusterId }) => clusterId !== first?.clusterId)) {
    throw new AtollError('USAGE', 'the servers to join are of different clusters');
  }
  if (stored === '') return first?.clusterId ?? draw();
  if (first !== undefined && first.clusterId !== stored) {
    const text = `the data here is of cluster ${stored}, and the server to join of ${first.clusterId}`;
    throw new AtollError('USAGE', `${text}: use another folder`);
  }
  return stored;
}
