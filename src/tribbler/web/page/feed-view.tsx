import type { ComponentChildren, VNode } from 'preact';
import type { FeedStore } from './feed-store.ts';
import { Icon } from './icon.tsx';
import { FailedState, MissingNotice, Notice } from './notice.tsx';
import { usePage } from './page-context.ts';
import { FeedSkeleton } from './skeletons.tsx';
import { DraftCard, TribbleCard } from './tribble-card.tsx';

/** A feed in whatever state it is; `empty` is shown if there is nothing in it. */
export function FeedView({
  store,
  label,
  drafts,
  empty,
}: {
  store: FeedStore;
  label: string;
  /** Whether the reader's own that is on its way stands on top. */
  drafts: boolean;
  empty: ComponentChildren;
}): VNode {
  const page = usePage();
  const { list } = store.feed.value;
  const user = page.me.value;
  const waiting = drafts && user !== undefined ? page.outbox.drafts.value : [];
  const reload = (): void => void store.load(); // Its outcome is in the store.
  if (list.status === 'loading' && waiting.length === 0) return <FeedSkeleton />;
  if (list.status === 'failed' && list.problem !== undefined && waiting.length === 0) {
    return <FailedState problem={list.problem} retry={reload} />;
  }
  const length = waiting.length + list.items.length;
  const count = list.next === undefined ? length : -1;
  return (
    <>
      <MissingNotice missing={list.missing} retry={reload} />
      {length === 0 ? (
        empty
      ) : (
        <div role="feed" class="feed" aria-label={label} aria-busy={list.isLoadingMore}>
          {waiting.map((draft, index) => (
            <DraftCard
              key={draft.key}
              draft={draft}
              user={user ?? ''}
              position={{ index, count }}
            />
          ))}
          {list.items.map((item, index) => (
            <TribbleCard
              key={item.place}
              item={item}
              position={{ index: waiting.length + index, count }}
            />
          ))}
        </div>
      )}
      <FeedEnd store={store} />
    </>
  );
}

/** Below a feed: more, why there is no more, or that this is all. */
function FeedEnd({ store }: { store: FeedStore }): VNode | null {
  const { list } = store.feed.value;
  const more = (): void => void store.loadMore(); // Its outcome is in the store.
  if (list.status !== 'ready') return null;
  if (list.next === undefined) {
    return list.items.length < 8 ? null : <p class="feed-end">That is all there is.</p>;
  }
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
        onClick={more}
      >
        {list.isLoadingMore ? 'Loading…' : 'Load more'}
      </button>
    </div>
  );
}

/** Tells how much waits above; nothing comes into the feed until it is pressed. */
export function NewsPill({ store }: { store: FeedStore }): VNode | null {
  const { waiting, isStale } = store.feed.value;
  if (waiting.length === 0 && !isStale) return null;
  const count = `${waiting.length} new ${waiting.length === 1 ? 'post' : 'posts'}`;
  const label = isStale ? 'Show new posts' : count;
  return (
    <button type="button" class="pill" onClick={() => void showNews(store)}>
      <Icon name="up" />
      {label}
    </button>
  );
}

async function showNews(store: FeedStore): Promise<void> {
  await store.showWaiting();
  window.scrollTo({ top: 0 });
  document.querySelector<HTMLElement>('[role=feed] > article')?.focus({ preventScroll: true });
}
