const widthDefault = 80;

/** How many columns to write in. A pipe says nothing of it, and a terminal that nobody told its size says 0. */
export function terminalWidth(columns: number | undefined): number {
  return columns === undefined || columns < 1 ? widthDefault : columns;
}
