import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { keep, recall } from '../browser/storage.ts';
import { judgeDraft } from '../model/draft.ts';
import type { DraftVerdict } from '../model/draft.ts';
import { FaceImage } from './face-image.tsx';
import { usePage } from './page-context.ts';

/** Where a Tribble is written. What is not sent yet is kept in the browser. */
export function Composer({
  user,
  id,
  isInDialog = false,
}: {
  user: string;
  id: string;
  isInDialog?: boolean;
}): VNode {
  const page = usePage();
  const text = useSignal(recall(`draft.${user}`) ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const verdict = judgeDraft(text.value);
  useEffect(() => fitToText(field.current), [text.value]);
  useEffect(() => {
    if (isInDialog) field.current?.focus();
  }, [isInDialog]);
  const write = (value: string): void => {
    text.value = value;
    keep(`draft.${user}`, value === '' ? undefined : value);
  };
  const send = (): void => {
    if (verdict.kind !== 'good') {
      field.current?.focus();
      return;
    }
    page.post(text.value);
    write('');
    if (isInDialog) page.dialog.value = undefined;
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <FaceImage name={user} />
      <div class="composer-body">
        <label class="hidden" for={id}>
          Write a Tribble
        </label>
        <textarea
          ref={field}
          id={id}
          rows={1}
          placeholder="What is going on?"
          value={text.value}
          aria-describedby={`${id}-count`}
          aria-invalid={verdict.kind === 'too-long' || verdict.kind === 'not-text'}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
          }}
        />
        <div class="composer-foot">
          <span class="hint">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd> posts
          </span>
          <Counter id={`${id}-count`} verdict={verdict} />
          <button type="submit" class="button" aria-disabled={verdict.kind !== 'good'}>
            Post
          </button>
        </div>
      </div>
    </form>
  );
}

const ringLength = 2 * Math.PI * 9;

/** How much room is left: a ring that fills, and a number once it gets tight. */
function Counter({ id, verdict }: { id: string; verdict: DraftVerdict }): VNode {
  const isWrong = verdict.kind === 'too-long' || verdict.kind === 'not-text';
  const isTight = verdict.left <= 40 || isWrong;
  return (
    <span class={isWrong ? 'counter counter-over' : 'counter'}>
      <span class="counter-number" aria-hidden="true">
        {isTight && !isWrong ? verdict.left : ''}
      </span>
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <circle class="counter-track" cx="12" cy="12" r="9" />
        <circle
          class="counter-fill"
          cx="12"
          cy="12"
          r="9"
          stroke-dasharray={`${verdict.fill * ringLength} ${ringLength}`}
        />
      </svg>
      <span id={id} class={isWrong ? 'counter-words' : 'hidden'}>
        {verdict.words}
      </span>
    </span>
  );
}

function fitToText(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
