import type { VNode } from 'preact';
import { SignUpForm } from './account-pages.tsx';
import { FaceImage } from './face-image.tsx';
import { Heading } from './heading.tsx';

const crowd = ['heather', 'robin', 'moss', 'juniper', 'wren', 'tribbler', 'sky', 'stone', 'clover'];

/** What somebody sees who is not logged in. */
export function LandingPage(): VNode {
  return (
    <div class="landing">
      <Heading title="Welcome" isHidden />
      <section class="hero">
        <div class="crowd">
          {crowd.map((name) => (
            <FaceImage key={name} name={name} size="large" />
          ))}
        </div>
        <p class="hero-line">Short posts from people you like.</p>
        <p class="hero-more">
          Newest first, nothing in between. No ranking, no advertisements: you follow people, and
          you read what they write.
        </p>
        <p>
          <a class="button button-quiet" href="/search">
            Look around
          </a>
        </p>
      </section>
      <section class="panel" aria-labelledby="join">
        <h2 id="join">Join in</h2>
        <SignUpForm />
        <p class="panel-foot">
          Been here before? <a href="/login">Log in</a>
        </p>
      </section>
    </div>
  );
}
