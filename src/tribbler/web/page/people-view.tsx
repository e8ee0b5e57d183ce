import type { ComponentChildren, VNode } from 'preact';
import { profileAddress } from '../model/route.ts';
import { FaceImage } from './face-image.tsx';
import { FollowButton } from './follow-button.tsx';
import { usePage } from './page-context.ts';
import { FailedState, MissingNotice, Notice } from './notice.tsx';
import type { PeopleStore } from './people-store.ts';
import { PeopleSkeleton } from './skeletons.tsx';

/** A list of users in whatever state it is; `empty` is shown if nobody is in it. */
export function PeopleView({
  store,
  label,
  empty,
  suggestions,
}: {
  store: PeopleStore;
  label: string;
  empty: ComponentChildren;
  /** Shows so many of those who are not the reader, and no way to more. */
  suggestions?: number;
}): VNode {
  const page = usePage();
  const list = store.list.value;
  const reload = (): void => void store.load(); // Its outcome is in the store.
  if (list.status === 'loading') return <PeopleSkeleton />;
  if (list.status === 'failed' && list.problem !== undefined) {
    return <FailedState problem={list.problem} retry={reload} />;
  }
  const shown =
    suggestions === undefined
      ? list.items
      : list.items.filter(({ id }) => id !== page.me.value).slice(0, suggestions);
  // A page may be empty and yet not the last.
  const isEmpty = shown.length === 0 && (list.next === undefined || suggestions !== undefined);
  if (isEmpty) return <>{empty}</>;
  return (
    <>
      <MissingNotice missing={list.missing} retry={reload} />
      <ul class="people" aria-label={label}>
        {shown.map(({ id }) => (
          <PersonRow key={id} user={id} />
        ))}
      </ul>
      {list.next !== undefined && suggestions === undefined && <MorePeople store={store} />}
    </>
  );
}

function MorePeople({ store }: { store: PeopleStore }): VNode {
  const list = store.list.value;
  return (
    <div class="feed-end">
      {list.problem !== undefined && (
        <Notice>
          <p>{list.problem.detail}</p>
        </Notice>
      )}
      <button
        type="button"
        class="button button-quiet"
        aria-disabled={list.isLoadingMore}
        onClick={() => void store.loadMore()} // Its outcome is in the store.
      >
        {list.isLoadingMore ? 'Loading…' : 'Load more'}
      </button>
    </div>
  );
}

/** One user in a list. */
function PersonRow({ user }: { user: string }): VNode {
  return (
    <li class="person">
      <a class="person-link" href={profileAddress(user)}>
        <FaceImage name={user} />
        <span class="author">@{user}</span>
      </a>
      <FollowButton user={user} isSmall />
    </li>
  );
}
