import { AtollError } from '../../core/errors.ts';
import { parseHostPort } from '../../core/network.ts';

/**
 * What another server must know to join: CMUD §5.2. It is handed on as text, from the ready line of one server to the
 * `--join` of another one. Any living server will do, and a description outlives restarts: the address is what counts.
 */
export interface Description {
  readonly clusterId: string;
  /** Which server it is, for people and for whoever joins itself. */
  readonly id: string;
  /** Where its actor system listens: `host:port`. */
  readonly at: string;
}

export function formatDescription({ clusterId, id, at }: Description): string {
  return JSON.stringify({ clusterId, id, at });
}

/** Throws `USAGE` for what is no description. */
export function parseDescription(text: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null) {
    const { clusterId, id, at } = value as Record<string, unknown>;
    if (isId(clusterId) && isId(id) && typeof at === 'string' && parseHostPort(at) !== undefined) {
      return { clusterId, id, at };
    }
  }
  const seen = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new AtollError(
    'USAGE',
    `expected the description of a server, as its ready line has it, got ${seen}`,
  );
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}
