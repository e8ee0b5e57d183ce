import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext } from 'preact/hooks';
import type { PageState } from './page-state.ts';

/** Through this components get at what the page knows. */
export const PageContext: Context<PageState | undefined> = createContext<PageState | undefined>(
  undefined,
);

/** The state of the page. Requires: the component is within the `App`. */
export function usePage(): PageState {
  const state = useContext(PageContext);
  if (state === undefined) throw new Error('a component stands outside of the page');
  return state;
}
