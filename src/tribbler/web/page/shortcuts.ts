import type { PageState } from './page-state.ts';

/** What the help tells. */
export const shortcutList: readonly {
  readonly keys: readonly string[];
  readonly meaning: string;
}[] = [
  { keys: ['n'], meaning: 'Write a Tribble' },
  { keys: ['j'], meaning: 'Next Tribble' },
  { keys: ['k'], meaning: 'Previous Tribble' },
  { keys: ['Enter'], meaning: 'Open the Tribble' },
  { keys: ['.'], meaning: 'Show new posts' },
  { keys: ['/'], meaning: 'Find people' },
  { keys: ['h'], meaning: 'Home' },
  { keys: ['?'], meaning: 'This list' },
];

/** Listens for the shortcuts until the function that it gives is called. */
export function listenForShortcuts(page: PageState): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (page.dialog.value !== undefined || isTyping(event.target)) return;
    if (actOn(event.key, page, event.target)) event.preventDefault();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

/** Gives whether the key meant something. */
function actOn(key: string, page: PageState, target: EventTarget | null): boolean {
  // These belong to a focused article and hinder nobody (WAI-ARIA: feed).
  if (key === 'Enter') return openTribble(target, page);
  if (key === 'PageDown' && isArticle(target)) return moveFocus(1);
  if (key === 'PageUp' && isArticle(target)) return moveFocus(-1);
  if (!page.preferences.hasShortcuts.value) return false;
  switch (key) {
    case 'n':
      return compose(page);
    case 'j':
      return moveFocus(1);
    case 'k':
      return moveFocus(-1);
    case '.':
      return pressPill();
    case '/':
      return search(page);
    case 'h':
      page.go('/');
      return true;
    case '?':
      page.dialog.value = { kind: 'help' };
      return true;
    default:
      return false;
  }
}

/** The field on the page if it can be seen, else a dialog: who reads further down stays there. */
function compose(page: PageState): boolean {
  if (page.me.value === undefined) return false;
  const field = document.querySelector<HTMLElement>('#compose');
  const box = field?.getBoundingClientRect();
  if (field !== null && box !== undefined && box.top >= 0 && box.bottom <= window.innerHeight) {
    field.focus();
  } else page.dialog.value = { kind: 'compose' };
  return true;
}

function search(page: PageState): boolean {
  const field = document.querySelector<HTMLElement>('#search');
  if (field === null) page.go('/search');
  else field.focus();
  return true;
}

function pressPill(): boolean {
  const pill = document.querySelector<HTMLElement>('.pill');
  pill?.click();
  return pill !== null;
}

function openTribble(target: EventTarget | null, page: PageState): boolean {
  if (!isArticle(target)) return false;
  const address = target.querySelector('a[data-permalink]')?.getAttribute('href');
  if (typeof address !== 'string') return false;
  page.go(address);
  return true;
}

/** Focuses the next article, or the one before; from nowhere the first that can be seen. */
function moveFocus(step: 1 | -1): boolean {
  const articles = [...document.querySelectorAll<HTMLElement>('[role=feed] > article')];
  if (articles.length === 0) return false;
  const current = document.activeElement?.closest('article') ?? null;
  const at = articles.findIndex((article) => article === current);
  const firstSeen = articles.findIndex((article) => article.getBoundingClientRect().top >= 0);
  const next = at === -1 ? Math.max(0, firstSeen) : at + step;
  const article = articles[Math.min(articles.length - 1, Math.max(0, next))];
  article?.focus({ preventScroll: true });
  article?.scrollIntoView({ block: 'nearest' });
  return true;
}

function isArticle(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && target.tagName === 'ARTICLE';
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
