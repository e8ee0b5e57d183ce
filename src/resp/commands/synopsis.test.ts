import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSynopsis, type SynopsisPart } from './synopsis.ts';

/** Writes the parts again, with every property that they have. */
function show(parts: readonly SynopsisPart[]): string {
  return parts
    .map((part) => {
      const token = part.token === undefined ? '' : `${part.token}=`;
      const inner = part.parts.length > 0 ? `(${show(part.parts)})` : '';
      const marks = `${part.isOptional ? '?' : ''}${part.isMultiple ? '+' : ''}`;
      return `${token}${part.name}:${part.type}${inner}${marks}`;
    })
    .join(' ');
}

const cases: readonly (readonly [synopsis: string, parts: string])[] = [
  ['', ''],
  ['key', 'key:string'],
  ['key value', 'key:string value:string'],
  ['key ...', 'key:string+'],
  ['[message]', 'message:string?'],
  ['ON | OFF', 'on:oneof(ON=on:pure-token OFF=off:pure-token)'],
  ['[NX | XX]', 'nx:oneof(NX=nx:pure-token XX=xx:pure-token)?'],
  ['[LIMIT count]', 'LIMIT=count:string?'],
  [
    'key [EX seconds | PX milliseconds | KEEPTTL]',
    'key:string seconds:oneof(EX=seconds:string PX=milliseconds:string KEEPTTL=keepttl:pure-token)?',
  ],
  [
    '[protover [AUTH username password]]',
    'protover:block(protover:string username:block(AUTH=username:string password:string)?)?',
  ],
];

for (const [synopsis, parts] of cases) {
  test(`the synopsis ${JSON.stringify(synopsis)} is understood`, () => {
    assert.equal(show(parseSynopsis(synopsis)), parts);
  });
}
