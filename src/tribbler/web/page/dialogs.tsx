import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Tribble } from '../../api-types.ts';
import { Composer } from './composer.tsx';
import { Icon } from './icon.tsx';
import { usePage } from './page-context.ts';
import { shortcutList } from './shortcuts.ts';
import { TribbleText } from './tribble-text.tsx';

/** Whichever dialog is open. */
export function Dialogs(): VNode | null {
  const page = usePage();
  const dialog = page.dialog.value;
  const user = page.me.value;
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'compose':
      return user === undefined ? null : (
        <Modal title="New Tribble">
          <Composer user={user} id="compose-dialog" isInDialog />
        </Modal>
      );
    case 'delete':
      return <ConfirmDelete tribble={dialog.tribble} />;
    case 'help':
      return <Help />;
  }
}

/** The browser's own modal dialog: it keeps the focus, closes on Escape, and gives the focus back. */
function Modal({ title, children }: { title: string; children: ComponentChildren }): VNode {
  const page = usePage();
  const element = useRef<HTMLDialogElement>(null);
  const close = (): void => {
    page.dialog.value = undefined;
  };
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    return () => {
      // Without its element the dialog cannot give the focus back itself.
      if (opener instanceof HTMLElement && opener.isConnected)
        opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class="modal"
      aria-labelledby="modal-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === element.current) close();
      }}
    >
      <div class="modal-body">
        <header class="modal-head">
          <h2 id="modal-title">{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

function ConfirmDelete({ tribble }: { tribble: Tribble }): VNode {
  const page = usePage();
  const close = (): void => {
    page.dialog.value = undefined;
  };
  return (
    <Modal title="Delete this Tribble?">
      <blockquote class="quote">
        <TribbleText text={tribble.text} />
      </blockquote>
      <div class="modal-actions">
        <button type="button" class="button button-quiet" onClick={close}>
          Keep it
        </button>
        <button
          type="button"
          class="button button-danger"
          onClick={() => {
            close();
            page.deletions.begin(tribble);
            page.say('Deleted. It can be undone for a few seconds.');
          }}
        >
          Delete
        </button>
      </div>
    </Modal>
  );
}

function Help(): VNode {
  const { preferences } = usePage();
  const isOn = preferences.hasShortcuts.value;
  return (
    <Modal title="Keyboard">
      <dl class={isOn ? 'keys' : 'keys keys-off'}>
        {shortcutList.map(({ keys, meaning }) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => preferences.setShortcuts(event.currentTarget.checked)}
        />
        Use single keys as shortcuts
      </label>
    </Modal>
  );
}
