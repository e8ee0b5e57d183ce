/**
 * Names a write: the actor that took it, and which of its writes it is, counted 1, 2, 3, … without a gap.
 *
 * A stamp orders writes and says nothing about what is missing between two of them; the sequence does.
 * From it come version vectors ("all of this origin up to 17").
 */
export interface Dot {
  /** As in `Stamp`: the uid of the actor, with the incarnation of its server. */
  readonly origin: string;
  /** A safe integer ≥ 1. */
  readonly sequence: number;
}
