import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { parseTime } from '../browser/time.ts';
import { problemOf } from '../model/problems.ts';
import { monthAndYear } from '../model/relative-time.ts';
import { profileAddress } from '../model/route.ts';
import type { PeopleTab } from '../model/route.ts';
import type { Profile } from '../../api-types.ts';
import type { Problem } from '../model/answer.ts';
import { FaceImage } from './face-image.tsx';
import { FeedView } from './feed-view.tsx';
import { FollowButton } from './follow-button.tsx';
import { Heading } from './heading.tsx';
import { EmptyState, FailedState } from './notice.tsx';
import { usePage } from './page-context.ts';
import { PeopleStore } from './people-store.ts';
import { PeopleView } from './people-view.tsx';

/** A user: who it is, what they post, and with whom. */
export function ProfilePage({ user, tab }: { user: string; tab: 'posts' | PeopleTab }): VNode {
  const page = usePage();
  const profile = useSignal<Profile | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const load = async (): Promise<void> => {
    const answer = await page.api.profile(user);
    if (answer.kind === 'ok') {
      problem.value = undefined;
      profile.value = answer.value;
      if (answer.value.viewer !== undefined) page.following.note(user, answer.value.viewer.follows);
    } else problem.value = problemOf(answer);
  };
  useEffect(() => void load(), [user, page.me.value]); // Its outcome is in the signals.
  if (problem.value?.code === 'no-such-user') {
    return (
      <>
        <Heading title={`@${user}`} isHidden />
        <EmptyState face={user} title={`There is no @${user}`}>
          <p>Perhaps the name is spelled differently.</p>
          <a class="button" href="/search">
            Find people
          </a>
        </EmptyState>
      </>
    );
  }
  if (problem.value !== undefined && profile.value === undefined) {
    return <FailedState problem={problem.value} retry={() => void load()} />;
  }
  return (
    <>
      <ProfileHead user={user} profile={profile} />
      <Tabs user={user} tab={tab} profile={profile.value} />
      {tab === 'posts' ? <Posts user={user} /> : <People key={tab} user={user} tab={tab} />}
    </>
  );
}

function ProfileHead({
  user,
  profile,
}: {
  user: string;
  profile: Signal<Profile | undefined>;
}): VNode {
  const page = usePage();
  const known = profile.value;
  const viewer = user === page.me.value ? undefined : known?.viewer;
  const follows = page.following.follows(user) ?? false;
  // Shown at once: the number of followers, and whether that makes friends.
  const changed = (followsNow: boolean): void => {
    if (known?.viewer === undefined) return;
    const { counts, viewer: before } = known;
    profile.value = {
      ...known,
      counts: { ...counts, followers: counts.followers + (followsNow ? 1 : -1) },
      viewer: { ...before, follows: followsNow, friend: followsNow && before.followedBy },
    };
  };
  return (
    <header class="profile">
      <FaceImage name={user} size="large" />
      <div class="profile-body">
        <Heading title={`@${user}`} />
        <p class="profile-facts">
          {known === undefined ? ' ' : `Since ${monthAndYear(parseTime(known.created))}`}
        </p>
        <p class="chips">
          {user === page.me.value && <span class="chip">You</span>}
          {viewer?.followedBy === true && follows && <span class="chip chip-friend">Friends</span>}
          {viewer?.followedBy === true && !follows && <span class="chip">Follows you</span>}
        </p>
      </div>
      <FollowButton user={user} changed={changed} />
    </header>
  );
}

const tabs = [
  ['posts', 'Tribbles', 'tribbles'],
  ['following', 'Following', 'subscriptions'],
  ['followers', 'Followers', 'followers'],
  ['friends', 'Friends', undefined],
] as const;

function Tabs({
  user,
  tab,
  profile,
}: {
  user: string;
  tab: 'posts' | PeopleTab;
  profile: Profile | undefined;
}): VNode {
  return (
    <nav class="tabs" aria-label={`About @${user}`}>
      {tabs.map(([name, title, count]) => (
        <a
          key={name}
          href={profileAddress(user, name)}
          {...(name === tab ? { 'aria-current': 'page' as const } : {})}
        >
          {count !== undefined && (
            <span class="tab-count">
              {profile === undefined ? '·' : shortCount(profile.counts[count])}
            </span>
          )}{' '}
          {title}
        </a>
      ))}
    </nav>
  );
}

function Posts({ user }: { user: string }): VNode {
  const page = usePage();
  const isMe = page.me.value === user;
  const store = useMemo(() => page.feedOf(user), [user, page.me.value]);
  return (
    <FeedView
      store={store}
      label={`Tribbles of @${user}`}
      drafts={isMe}
      empty={
        <EmptyState face={user} title={isMe ? 'You have not posted yet' : 'Nothing here yet'}>
          <p>{isMe ? 'Your Tribbles will be here.' : `@${user} has not posted anything.`}</p>
        </EmptyState>
      }
    />
  );
}

const nobody: Readonly<Record<PeopleTab, string>> = {
  following: 'Follows nobody yet',
  followers: 'Nobody follows yet',
  friends: 'No friends yet',
};

const explanations: Readonly<Record<PeopleTab, string>> = {
  following: 'Whose Tribbles come to this timeline shows here.',
  followers: 'Who reads along shows here.',
  friends: 'Friends are those who follow each other.',
};

function People({ user, tab }: { user: string; tab: PeopleTab }): VNode {
  const page = usePage();
  const store = useMemo(() => {
    const people = new PeopleStore((cursor) => page.api.people(user, tab, cursor));
    void people.load(); // Its outcome is in the store.
    return people;
  }, [user, tab]);
  const title = tabs.find(([name]) => name === tab)?.[1] ?? '';
  return (
    <PeopleView
      store={store}
      label={`${title} of @${user}`}
      empty={
        <EmptyState face={user} title={nobody[tab]}>
          <p>{explanations[tab]}</p>
        </EmptyState>
      }
    />
  );
}

function shortCount(count: number): string {
  return count >= 1000 ? '1000+' : String(count);
}
