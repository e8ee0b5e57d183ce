import { AtollError } from '../core/errors.ts';
import { ActorKind } from './actor-kind.ts';
import { GatewayKind } from './gateway.ts';

/**
 * The kinds of actors and gateways that a thread knows, by name. They are found among the exports of the
 * modules that the system was given: importing a module registers nothing anywhere else.
 */
export class Kinds {
  readonly #actors: Map<string, ActorKind<unknown, unknown, unknown>> = new Map();
  readonly #gateways: Map<string, GatewayKind<unknown, unknown>> = new Map();

  /** `modules` are namespace objects, as `import()` gives them. Throws `ACTOR_KIND_TAKEN`. */
  constructor(modules: readonly object[]) {
    for (const module of modules) {
      for (const exported of Object.values(module) as unknown[]) {
        if (exported instanceof ActorKind) add(this.#actors, exported);
        if (exported instanceof GatewayKind) add(this.#gateways, exported);
      }
    }
  }

  knowsActor(name: string): boolean {
    return this.#actors.has(name);
  }

  /** Throws `ACTOR_KIND_UNKNOWN`. */
  actor(name: string): ActorKind<unknown, unknown, unknown> {
    return find(this.#actors, name, 'actor');
  }

  /** Throws `ACTOR_KIND_UNKNOWN`. */
  gateway(name: string): GatewayKind<unknown, unknown> {
    return find(this.#gateways, name, 'gateway');
  }
}

function add<Kind extends { readonly name: string }>(kinds: Map<string, Kind>, kind: Kind): void {
  const other = kinds.get(kind.name);
  if (other !== undefined && other !== kind) {
    throw new AtollError('ACTOR_KIND_TAKEN', `two kinds are called ${kind.name}`);
  }
  kinds.set(kind.name, kind);
}

function find<Kind>(kinds: Map<string, Kind>, name: string, what: string): Kind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  const known = [...kinds.keys()].toSorted().join(', ') || 'none';
  const text = `no module of this system exports the ${what} kind ${name}; known: ${known}`;
  throw new AtollError('ACTOR_KIND_UNKNOWN', text);
}
