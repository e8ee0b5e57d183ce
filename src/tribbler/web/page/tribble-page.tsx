import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../model/problems.ts';
import { profileAddress } from '../model/route.ts';
import type { Tribble } from '../../api-types.ts';
import type { Problem } from '../model/answer.ts';
import { FaceImage } from './face-image.tsx';
import { Heading } from './heading.tsx';
import { Icon } from './icon.tsx';
import { WholeMoment } from './moment.tsx';
import { EmptyState, FailedState } from './notice.tsx';
import { usePage } from './page-context.ts';
import { FeedSkeleton } from './skeletons.tsx';
import { DeleteButton, DeletionFault, UndoCard } from './tribble-card.tsx';
import { TribbleText } from './tribble-text.tsx';

/** One Tribble, at its own address. */
export function TribblePage({ user, postKey }: { user: string; postKey: string }): VNode {
  const page = usePage();
  const tribble = useSignal<Tribble | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const load = async (): Promise<void> => {
    problem.value = undefined;
    const answer = await page.api.tribble(user, postKey);
    if (answer.kind === 'ok') tribble.value = answer.value;
    else problem.value = problemOf(answer);
  };
  useEffect(() => void load(), [user, postKey]); // Its outcome is in the signals.
  return (
    <>
      <Heading title={`Tribble by @${user}`} />
      <TribbleState tribble={tribble.value} problem={problem.value} retry={() => void load()} />
      <p class="feed-end">
        <a class="button button-quiet" href={profileAddress(user)}>
          <Icon name="person" />
          All of @{user}
        </a>
      </p>
    </>
  );
}

function TribbleState({
  tribble,
  problem,
  retry,
}: {
  tribble: Tribble | undefined;
  problem: Problem | undefined;
  retry: () => void;
}): VNode {
  const page = usePage();
  const isKnownGone = tribble !== undefined && page.deletions.isGone(tribble.id);
  if (problem?.code === 'no-such-post' || problem?.code === 'no-such-user' || isKnownGone) {
    return (
      <EmptyState face="gone" title="This Tribble is gone">
        <p>It was deleted, or it was never there.</p>
      </EmptyState>
    );
  }
  if (problem !== undefined) return <FailedState problem={problem} retry={retry} />;
  if (tribble === undefined) return <FeedSkeleton count={1} />;
  return <SingleTribble tribble={tribble} />;
}

function SingleTribble({ tribble }: { tribble: Tribble }): VNode {
  const page = usePage();
  const deletion = page.deletions.byId.value.get(tribble.id);
  if (deletion?.kind === 'undoable') {
    return <UndoCard tribble={tribble} />;
  }
  return (
    <article class="single" aria-labelledby="single-author">
      <header class="card-head">
        <a class="single-author" id="single-author" href={profileAddress(tribble.user)}>
          <FaceImage name={tribble.user} />
          <span class="author">@{tribble.user}</span>
        </a>
        <DeleteButton tribble={tribble} />
      </header>
      <TribbleText text={tribble.text} isLarge />
      <WholeMoment time={tribble.posted} />
      <DeletionFault deletion={deletion} />
    </article>
  );
}
