import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { keep, recall } from '../browser/storage.ts';

/** As the system has it, or as the reader wants it here. */
export type Scheme = 'system' | 'light' | 'dark';

const schemes: readonly Scheme[] = ['system', 'light', 'dark'];

/** What the reader has chosen for this browser. */
export class Preferences {
  readonly scheme: Signal<Scheme>;
  /** Single keys as shortcuts can be in the way, of speech input above all: they can be switched off. */
  readonly hasShortcuts: Signal<boolean>;

  constructor() {
    const kept = recall('scheme');
    this.scheme = signal(schemes.find((scheme) => scheme === kept) ?? 'system');
    this.hasShortcuts = signal(recall('shortcuts') !== 'off');
  }

  /** The next of system, light and dark. */
  turnScheme(): void {
    const next = schemes[(schemes.indexOf(this.scheme.value) + 1) % schemes.length] ?? 'system';
    this.scheme.value = next;
    keep('scheme', next === 'system' ? undefined : next);
  }

  setShortcuts(isOn: boolean): void {
    this.hasShortcuts.value = isOn;
    keep('shortcuts', isOn ? undefined : 'off');
  }
}
