import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { problemOf } from '../model/problems.ts';
import { usePage } from './page-context.ts';

/** Follows a user or stops; shown at once, taken back if the server refuses. Nothing if it is not known how things stand. */
export function FollowButton({
  user,
  isSmall = false,
  changed,
}: {
  user: string;
  isSmall?: boolean;
  changed?: (follows: boolean) => void;
}): VNode | null {
  const page = usePage();
  const fault = useSignal<string | undefined>(undefined);
  const follows = page.following.follows(user);
  if (page.me.value === undefined || page.me.value === user || follows === undefined) return null;
  const toggle = async (): Promise<void> => {
    fault.value = undefined;
    changed?.(!follows);
    const answer = await page.following.set(user, !follows);
    if (answer.kind === 'ok') {
      page.say(follows ? `You no longer follow @${user}.` : `You follow @${user}.`);
    } else {
      fault.value = problemOf(answer).detail;
      changed?.(follows);
    }
  };
  const looks = [
    'button',
    ...(follows ? ['button-quiet', 'button-following'] : []),
    ...(isSmall ? ['button-small'] : []),
    ...(isSmall && !follows ? ['button-soft'] : []),
  ];
  return (
    <span class="follow">
      {fault.value !== undefined && (
        <span class="fault" role="alert">
          {fault.value}
        </span>
      )}
      <button
        type="button"
        class={looks.join(' ')}
        aria-label={follows ? `Following @${user}: unfollow` : `Follow @${user}`}
        onClick={() => void toggle()} // Its outcome is shown.
      >
        <span class="follow-now">{follows ? 'Following' : 'Follow'}</span>
        {follows && <span class="follow-next">Unfollow</span>}
      </button>
    </span>
  );
}
