import { useMemo } from 'preact/hooks';
import type { VNode } from 'preact';
import { Composer } from './composer.tsx';
import { FeedView, NewsPill } from './feed-view.tsx';
import { Heading } from './heading.tsx';
import { usePage } from './page-context.ts';
import { PeopleStore } from './people-store.ts';
import { PeopleView } from './people-view.tsx';

/** The timeline of whoever is logged in. */
export function HomePage({ user }: { user: string }): VNode {
  const page = usePage();
  return (
    <>
      <Heading title="Home" />
      <Composer user={user} id="compose" />
      <NewsPill store={page.timeline} />
      <FeedView
        store={page.timeline}
        label="Your timeline"
        drafts
        empty={<FirstVisit user={user} />}
      />
    </>
  );
}

/** What somebody sees who follows nobody and has posted nothing. */
function FirstVisit({ user }: { user: string }): VNode {
  const page = usePage();
  const people = useMemo(() => {
    const store = new PeopleStore((cursor) => page.api.search('', cursor));
    void store.load(); // Its outcome is in the store.
    return store;
  }, [page]);
  return (
    <section class="welcome" aria-labelledby="welcome">
      <h2 id="welcome">Welcome, @{user}.</h2>
      <p>
        This is your timeline: what the people whom you follow post shows up here, newest first. Say
        hello above, or follow somebody to begin with.
      </p>
      <PeopleView
        store={people}
        label="People to follow"
        suggestions={8}
        empty={<p>You are the first one here.</p>}
      />
    </section>
  );
}
