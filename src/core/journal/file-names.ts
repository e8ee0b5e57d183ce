/**
 * How the files of a journal are called. Numbers are padded, so that the order of names is the order of
 * records.
 */
export const bootFile = 'boot';

/** The segment whose first record has this number. */
export function segmentName(firstSequence: number): string {
  return `journal-${pad(firstSequence)}.log`;
}

/** The snapshot of all records up to this one. */
export function snapshotName(sequence: number): string {
  return `snapshot-${pad(sequence)}.snap`;
}

/** A file that is not what its name without the ending says until it is whole. */
export function temporaryName(name: string): string {
  return `${name}.tmp`;
}

export function isTemporary(name: string): boolean {
  return name.endsWith('.tmp');
}

/** A damaged file that was set aside. */
export function quarantinedName(name: string, incarnation: number): string {
  return `quarantined-${incarnation}-${name}`;
}

export function isQuarantined(name: string): boolean {
  return name.startsWith('quarantined-');
}

/** Whether it is a segment or a snapshot: a file with records. */
export function isData(name: string): boolean {
  return segmentsOf([name]).length + snapshotsOf([name]).length > 0;
}

/** The first records of the segments among `names`, ascending. */
export function segmentsOf(names: readonly string[]): number[] {
  return numbersOf(names, /^journal-([0-9a-f]{16})\.log$/);
}

/** The last records of the snapshots among `names`, ascending. */
export function snapshotsOf(names: readonly string[]): number[] {
  return numbersOf(names, /^snapshot-([0-9a-f]{16})\.snap$/);
}

function numbersOf(names: readonly string[], pattern: RegExp): number[] {
  const numbers: number[] = [];
  for (const name of names) {
    const digits = pattern.exec(name)?.[1];
    if (digits !== undefined) numbers.push(Number.parseInt(digits, 16));
  }
  return numbers.toSorted((one, other) => one - other);
}

function pad(sequence: number): string {
  return sequence.toString(16).padStart(16, '0');
}
