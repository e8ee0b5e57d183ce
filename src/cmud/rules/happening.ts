import type { HardwareType } from './hardware.ts';
import type { PlaceId } from './places.ts';
import type { ProblemId } from './problems.ts';
import type { RankId } from './ranks.ts';
import type { Activity } from './values.ts';

/**
 * What a change of the store means in the game. The view gives these out as it takes a change in; who is
 * told of which, and in what words, is decided in `news.ts`.
 */
export type Happening =
  | { readonly kind: 'earned'; readonly name: string; readonly coins: number }
  | {
      readonly kind: 'bought';
      readonly name: string;
      readonly type: HardwareType;
      readonly count: number;
    }
  | {
      readonly kind: 'broke';
      readonly name: string;
      readonly type: HardwareType;
      readonly count: number;
    }
  | {
      readonly kind: 'hit';
      readonly name: string;
      readonly rank: ProblemId;
      readonly round: number;
      readonly steps: number;
      readonly remaining: number;
    }
  | {
      readonly kind: 'solved';
      readonly rank: ProblemId;
      readonly round: number;
      readonly by: string;
      /** Who held the title of this round until this change, if somebody did. */
      readonly formerly: string | undefined;
    }
  | { readonly kind: 'promoted'; readonly name: string; readonly rank: RankId }
  | {
      readonly kind: 'moved';
      readonly name: string;
      readonly from: PlaceId;
      readonly to: PlaceId;
    }
  | { readonly kind: 'arrived'; readonly name: string; readonly writer: string }
  | { readonly kind: 'left'; readonly name: string; readonly writer: string }
  | { readonly kind: 'activity'; readonly name: string; readonly activity: Activity };
