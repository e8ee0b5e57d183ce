import { scan } from './scanner.ts';
import type { Token } from './scanner.ts';
import { isProduct } from './tree.ts';
import type { Finding, Tree } from './tree.ts';

/**
 * Names that reach the outside past our interfaces, with what to use instead. Code that uses them cannot
 * run in the simulator, and its failures cannot be replayed from a seed.
 */
export const bannedGlobals: Readonly<Record<string, string>> = {
  Date: 'Clock of core/clock.ts',
  performance: 'Clock of core/clock.ts',
  setTimeout: 'Timers of core/timers.ts',
  setInterval: 'Timers of core/timers.ts',
  setImmediate: 'Timers.nextTurn of core/timers.ts',
  clearTimeout: 'Timer.cancel of core/timers.ts',
  clearInterval: 'Timer.cancel of core/timers.ts',
  clearImmediate: 'Timer.cancel of core/timers.ts',
  queueMicrotask: 'Timers.microtask of core/timers.ts',
  crypto: 'Random of core/random.ts or Digest of core/digest.ts',
  console: 'Log of core/log.ts',
  fetch: 'Network of core/network.ts',
  WebSocket: 'Network of core/network.ts',
  process: 'an argument that platform or cli passes in',
  globalThis: 'an argument that platform or cli passes in',
  global: 'an argument that platform or cli passes in',
  require: 'import',
  eval: 'data; code is never made from text',
  Function: 'data; code is never made from text',
};

/** `Math.random` and whatever else is banned on an object that is not. */
const bannedMembers: Readonly<Record<string, string>> = {
  'Math.random': 'Random of core/random.ts',
};

const wordsBeforeMember: ReadonlySet<string> = new Set(
  'async get set static readonly override public private protected abstract declare'.split(' '),
);

/** Where the outside itself is: the machine's, and for the page the browser's. */
const outside = /^src\/(platform|cli|tribbler\/web\/browser)\//;

/** Elsewhere product code reaches time, chance and the world through arguments. */
export function checkGlobals(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [path, source] of tree) {
    if (!isProduct(path) || outside.test(path)) continue;
    const tokens = scan(source);
    for (const [index, token] of tokens.entries()) {
      const banned = bannedAt(tokens, index);
      if (banned === undefined) continue;
      const [name, replacement] = banned;
      findings.push({
        path,
        line: token.line,
        message: `${name} is banned here: use ${replacement}`,
      });
    }
  }
  return findings;
}

function bannedAt(tokens: readonly Token[], index: number): readonly [string, string] | undefined {
  const { kind, text } = tokens[index] ?? {};
  if (kind !== 'word' || text === undefined) return undefined;
  const before = tokens[index - 1];
  if (before?.text === '.' || before?.text === '?.') {
    const member = `${tokens[index - 2]?.text}.${text}`;
    const replacement = bannedMembers[member];
    return replacement === undefined ? undefined : [member, replacement];
  }
  if (!Object.hasOwn(bannedGlobals, text) || isMemberName(tokens, index)) return undefined;
  return [text, bannedGlobals[text] ?? ''];
}

/**
 * Whether the word names a property or a method rather than the global: `{ process: 1 }`,
 * `fetch(key: string): void;`, `fetch(key) { … }`, `process?: string`.
 */
function isMemberName(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  const startsMember =
    before !== undefined &&
    (before.kind === 'word' ? wordsBeforeMember.has(before.text) : /^[{},;*]$/.test(before.text));
  if (!startsMember) return false;
  const after = tokens[index + 1]?.text;
  if (after === ':') return true;
  if (after === '?') return /^[:(]$/.test(tokens[index + 2]?.text ?? '');
  if (after !== '(') return false;
  const closing = tokens[closingParenthesis(tokens, index + 1) + 1]?.text;
  return closing === '{' || closing === ':';
}

function closingParenthesis(tokens: readonly Token[], opening: number): number {
  let depth = 0;
  for (let index = opening; index < tokens.length; index++) {
    const { kind, text } = tokens[index] ?? {};
    if (kind !== 'punctuator') continue;
    if (text === '(') depth++;
    if (text === ')' && --depth === 0) return index;
  }
  return tokens.length;
}
