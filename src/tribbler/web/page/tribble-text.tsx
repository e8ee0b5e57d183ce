import type { VNode } from 'preact';
import { profileAddress } from '../model/route.ts';
import { textParts } from '../model/text-parts.ts';
import type { TextPart } from '../model/text-parts.ts';

/** What somebody wrote: text nodes, and links made from what is plainly a name or an address. */
export function TribbleText({ text, isLarge = false }: { text: string; isLarge?: boolean }): VNode {
  return (
    <p class={isLarge ? 'text text-large' : 'text'} dir="auto">
      {textParts(text).map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </p>
  );
}

function Part({ part }: { part: TextPart }): VNode {
  switch (part.kind) {
    case 'text':
      return <>{part.text}</>;
    case 'mention':
      return <a href={profileAddress(part.user)}>{part.text}</a>;
    case 'link':
      return (
        <a href={part.address} target="_blank" rel="noopener noreferrer nofollow ugc">
          {part.text}
        </a>
      );
  }
}
