import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { FeedItem } from '../model/feed.ts';
import type { Draft } from '../model/outbox.ts';
import { profileAddress, tribbleAddress } from '../model/route.ts';
import type { Tribble } from '../../api-types.ts';
import type { Deletion } from './deletions.ts';
import { FaceImage } from './face-image.tsx';
import { Icon } from './icon.tsx';
import { Moment } from './moment.tsx';
import { usePage } from './page-context.ts';
import { TribbleText } from './tribble-text.tsx';

/** Where a card stands in its feed, for those who hear it. */
export interface Position {
  readonly index: number;
  /** -1 if there may be more than is loaded. */
  readonly count: number;
}

/** A Tribble in a feed, or what is left of one. */
export function TribbleCard({ item, position }: { item: FeedItem; position: Position }): VNode {
  const page = usePage();
  const { tribble } = item;
  const deletion = page.deletions.byId.value.get(item.id);
  if (deletion?.kind === 'undoable') return <UndoCard tribble={tribble} position={position} />;
  if (deletion?.kind === 'gone' || (item.isGone && deletion === undefined)) {
    return (
      <article class="card card-gone" tabIndex={0} aria-label="Deleted" {...asPosition(position)}>
        <p>This Tribble was deleted.</p>
      </article>
    );
  }
  return (
    <Card user={tribble.user} labelId={`by-${item.place}`} position={position}>
      <header class="card-head">
        <AuthorLink user={tribble.user} labelId={`by-${item.place}`} />
        <a class="card-time" href={tribbleAddress(tribble)} data-permalink="">
          <Moment time={tribble.posted} />
        </a>
        <DeleteButton tribble={tribble} />
      </header>
      <TribbleText text={tribble.text} />
      <DeletionFault deletion={deletion} />
    </Card>
  );
}

/** A Tribble that is not yet acknowledged: shown at once, and honest about it. */
export function DraftCard({
  draft,
  user,
  position,
}: {
  draft: Draft;
  user: string;
  position: Position;
}): VNode {
  return (
    <Card user={user} labelId={`by-${draft.key}`} position={position} isFaint>
      <header class="card-head">
        <AuthorLink user={user} labelId={`by-${draft.key}`} />
        <span class="card-time">{draft.state.kind === 'sending' ? 'posting…' : 'not posted'}</span>
      </header>
      <TribbleText text={draft.text} />
      <DraftTrouble draft={draft} />
    </Card>
  );
}

function DraftTrouble({ draft }: { draft: Draft }): VNode | null {
  const { outbox } = usePage();
  const { state } = draft;
  if (state.kind === 'sending') return null;
  const reason = state.kind === 'waiting' ? 'Waiting for a connection.' : state.problem.detail;
  return (
    <div
      class={state.kind === 'waiting' ? 'card-trouble card-waiting' : 'card-trouble'}
      role="status"
    >
      <Icon name={state.kind === 'waiting' ? 'cloud' : 'warning'} />
      <p>{reason}</p>
      <button type="button" class="link-button" onClick={() => outbox.sendAgain(draft)}>
        Try now
      </button>
      <button type="button" class="link-button" onClick={() => outbox.discard(draft)}>
        Discard
      </button>
    </div>
  );
}

function Card({
  user,
  labelId,
  position,
  isFaint = false,
  children,
}: {
  user: string;
  labelId: string;
  position: Position;
  isFaint?: boolean;
  children: ComponentChildren;
}): VNode {
  return (
    <article
      class={isFaint ? 'card card-faint' : 'card'}
      tabIndex={0}
      aria-labelledby={labelId}
      {...asPosition(position)}
    >
      <a class="card-face" href={profileAddress(user)} tabIndex={-1} aria-hidden="true">
        <FaceImage name={user} />
      </a>
      <div class="card-body">{children}</div>
    </article>
  );
}

function AuthorLink({ user, labelId }: { user: string; labelId: string }): VNode {
  return (
    <a class="author" id={labelId} href={profileAddress(user)}>
      @{user}
    </a>
  );
}

/** Only on one's own. */
export function DeleteButton({ tribble }: { tribble: Tribble }): VNode | null {
  const page = usePage();
  if (tribble.user !== page.me.value) return null;
  return (
    <button
      type="button"
      class="icon-button card-action"
      aria-label="Delete this Tribble"
      title="Delete"
      onClick={() => (page.dialog.value = { kind: 'delete', tribble })}
    >
      <Icon name="bin" />
    </button>
  );
}

/** Keeps the place of what is being deleted, with the way back. */
export function UndoCard({ tribble, position }: { tribble: Tribble; position?: Position }): VNode {
  const page = usePage();
  const undo = useRef<HTMLButtonElement>(null);
  // The button that had the focus is gone with the card.
  useEffect(() => undo.current?.focus({ preventScroll: true }), []);
  return (
    <article
      class="card card-gone"
      tabIndex={0}
      aria-label="Deleted"
      {...(position === undefined ? {} : asPosition(position))}
    >
      <p>Deleted.</p>
      <button
        ref={undo}
        type="button"
        class="button button-quiet button-small"
        onClick={() => {
          page.deletions.undo(tribble.id);
          page.say('The Tribble is back.');
        }}
      >
        Undo
      </button>
    </article>
  );
}

/** Says that a deletion failed: the Tribble is still there. */
export function DeletionFault({ deletion }: { deletion: Deletion | undefined }): VNode | null {
  if (deletion?.kind !== 'failed') return null;
  return (
    <div class="card-trouble" role="alert">
      <Icon name="warning" />
      <p>It could not be deleted. {deletion.problem.detail}</p>
    </div>
  );
}

function asPosition({ index, count }: Position): Record<string, number> {
  return { 'aria-posinset': index + 1, 'aria-setsize': count };
}
