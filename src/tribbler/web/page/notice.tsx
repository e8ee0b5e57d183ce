import type { ComponentChildren, VNode } from 'preact';
import type { Problem } from '../model/answer.ts';
import { FaceImage } from './face-image.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

/** A line that says what is the matter, above or within what it is about. */
export function Notice({
  icon = 'warning',
  children,
}: {
  icon?: IconName;
  children: ComponentChildren;
}): VNode {
  return (
    <div class="notice" role="status">
      <Icon name={icon} />
      <div class="notice-body">{children}</div>
    </div>
  );
}

/** What stands where a list would, if it is empty: who looks at it, what it means, what to do. */
export function EmptyState({
  face,
  title,
  children,
}: {
  face: string;
  title: string;
  children?: ComponentChildren;
}): VNode {
  return (
    <div class="empty">
      <FaceImage name={face} size="large" />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What stands where a list would, if it could not be loaded. */
export function FailedState({ problem, retry }: { problem: Problem; retry: () => void }): VNode {
  return (
    <div class="empty" role="alert">
      <FaceImage name="zzz" size="large" />
      <h2>{problem.title}</h2>
      <p>{problem.detail}</p>
      <button type="button" class="button" onClick={retry}>
        <Icon name="retry" />
        Try again
      </button>
    </div>
  );
}

/** Whose part is not in what is shown. */
export function MissingNotice({
  missing,
  retry,
}: {
  missing: readonly string[];
  retry: () => void;
}): VNode | null {
  if (missing.length === 0) return null;
  const named = missing.slice(0, 3).map((user) => `@${user}`);
  const further = missing.length - named.length;
  const names = further > 0 ? [...named, `${further} more`] : named;
  return (
    <Notice>
      <p>
        Not everything is here: {new Intl.ListFormat('en').format(names)} cannot be reached at the
        moment.
      </p>
      <button type="button" class="button button-quiet button-small" onClick={retry}>
        Try again
      </button>
    </Notice>
  );
}
