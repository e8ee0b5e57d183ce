import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { later } from '../browser/time.ts';
import { asPrefix, nameFault } from '../model/names.ts';
import { Heading } from './heading.tsx';
import { Icon } from './icon.tsx';
import { EmptyState } from './notice.tsx';
import { usePage } from './page-context.ts';
import { PeopleStore } from './people-store.ts';
import { PeopleView } from './people-view.tsx';

/** So long after the last letter the search begins. */
const restMs = 150;

/** Finds people by the beginning of their names. */
export function SearchPage({ query }: { query: string }): VNode {
  const page = usePage();
  const typed = useSignal(query);
  const prefix = asPrefix(typed.value);
  const searched = useSignal(prefix);
  useEffect(() => {
    if (prefix === searched.value) return;
    return later(restMs, () => {
      searched.value = prefix;
      page.rename(prefix === '' ? '/search' : `/search?q=${encodeURIComponent(prefix)}`);
    });
  }, [prefix]);
  return (
    <>
      <Heading title="Find people" />
      <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
        <Icon name="search" />
        <label class="hidden" for="search">
          Names that begin with
        </label>
        <input
          id="search"
          type="search"
          placeholder="The beginning of a name"
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </form>
      <Results prefix={searched.value} />
    </>
  );
}

function Results({ prefix }: { prefix: string }): VNode {
  const page = usePage();
  const fault = prefix === '' ? undefined : nameFault(prefix);
  const store = useMemo(() => {
    const people = new PeopleStore((cursor) => page.api.search(prefix, cursor));
    if (fault === undefined) void people.load(); // Its outcome is in the store.
    return people;
  }, [prefix]);
  if (fault !== undefined) {
    return (
      <EmptyState face="nobody" title="No name is like that">
        <p>{fault}</p>
      </EmptyState>
    );
  }
  return (
    <section class="results" aria-live="polite">
      {prefix === '' && <h2>New here</h2>}
      <PeopleView
        store={store}
        label={prefix === '' ? 'New here' : `Names that begin with ${prefix}`}
        empty={
          <EmptyState face={prefix === '' ? 'nobody' : prefix} title="Nobody found">
            <p>{prefix === '' ? 'Nobody has joined yet.' : `No name begins with “${prefix}”.`}</p>
          </EmptyState>
        }
      />
    </section>
  );
}
