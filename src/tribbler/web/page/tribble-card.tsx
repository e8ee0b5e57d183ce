import type { ComponentChildren, Ref, VNode } from 'preact';
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
  const isGone = deletion?.kind === 'gone' || (item.isGone && deletion === undefined);
  const { element, minHeight } = useKeptHeight(isGone || deletion?.kind === 'undoable');
  const place = { element, minHeight, ...asPosition(position) };
  if (deletion?.kind === 'undoable') return <UndoCard tribble={tribble} place={place} />;
  if (isGone) {
    return (
      <GoneCard place={place}>
        <p>This Tribble was deleted.</p>
      </GoneCard>
    );
  }
  return (
    <Card user={tribble.user} labelId={`by-${item.place}`} position={position} element={element}>
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

/** What is left of a card has the height that the card had: what stands below must not move. */
function useKeptHeight(isReduced: boolean): {
  element: Ref<HTMLElement>;
  minHeight: number;
} {
  const element = useRef<HTMLElement>(null);
  const minHeight = useRef(0);
  // While this runs, the document still has the card.
  if (!isReduced) minHeight.current = 0;
  else if (minHeight.current === 0)
    minHeight.current = element.current?.getBoundingClientRect().height ?? 0;
  return { element, minHeight: minHeight.current };
}

/** Where in a feed something stands that has taken the place of a card. */
interface Place {
  readonly element: Ref<HTMLElement>;
  readonly minHeight: number;
  readonly 'aria-posinset': number;
  readonly 'aria-setsize': number;
}

function GoneCard({
  place,
  children,
}: {
  place: Place | undefined;
  children: ComponentChildren;
}): VNode {
  const { element = null, minHeight = 0, ...aria } = place ?? {};
  return (
    <article
      ref={element}
      class="card card-gone"
      tabIndex={0}
      aria-label="Deleted"
      style={minHeight === 0 ? {} : { minHeight: `${minHeight}px` }}
      {...aria}
    >
      {children}
    </article>
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
  element = null,
  isFaint = false,
  children,
}: {
  user: string;
  labelId: string;
  position: Position;
  element?: Ref<HTMLElement>;
  isFaint?: boolean;
  children: ComponentChildren;
}): VNode {
  return (
    <article
      ref={element}
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
export function UndoCard({ tribble, place }: { tribble: Tribble; place?: Place }): VNode {
  const page = usePage();
  const undo = useRef<HTMLButtonElement>(null);
  // The button that had the focus is gone with the card.
  useEffect(() => undo.current?.focus({ preventScroll: true }), []);
  return (
    <GoneCard place={place}>
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
    </GoneCard>
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

function asPosition({ index, count }: Position): {
  'aria-posinset': number;
  'aria-setsize': number;
} {
  return { 'aria-posinset': index + 1, 'aria-setsize': count };
}
