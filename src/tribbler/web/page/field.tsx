import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';

/** A labelled line of a form, with what is wrong with it, or a hint, below. */
export function Field({
  id,
  label,
  value,
  change,
  autoComplete,
  hint,
  fault,
  isPassword = false,
}: {
  id: string;
  label: string;
  value: string;
  change: (value: string) => void;
  autoComplete: string;
  hint?: string;
  fault: string | undefined;
  isPassword?: boolean;
}): VNode {
  const isShown = useSignal(false);
  const note = fault ?? hint;
  const shared = {
    id,
    value,
    autoComplete,
    autoCapitalize: 'none',
    spellcheck: false,
    required: true,
    'aria-invalid': fault !== undefined,
    ...(note === undefined ? {} : { 'aria-describedby': `${id}-note` }),
    onInput: (event: InputEvent & { readonly currentTarget: HTMLInputElement }): void =>
      change(event.currentTarget.value),
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-line">
        {isPassword && !isShown.value ? (
          <input type="password" {...shared} />
        ) : (
          <input type="text" {...shared} />
        )}
        {isPassword && (
          <button
            type="button"
            class="link-button"
            aria-label={isShown.value ? 'Hide the password' : 'Show the password'}
            onClick={() => (isShown.value = !isShown.value)}
          >
            {isShown.value ? 'Hide' : 'Show'}
          </button>
        )}
      </div>
      {note !== undefined && (
        <p id={`${id}-note`} class={fault === undefined ? 'hint' : 'fault'}>
          {note}
        </p>
      )}
    </div>
  );
}
