/** What is at a path. */
export interface Place<Route> {
  /** By the method, in upper case. */
  readonly routes: ReadonlyMap<string, Route>;
  /** What stands in the path for each name in braces. */
  readonly params: Readonly<Record<string, string>>;
}

/** One word of the paths. */
interface Branch<Route> {
  readonly words: Map<string, Branch<Route>>;
  /** Any word, and what it is called. */
  parameter: { readonly name: string; readonly branch: Branch<Route> } | undefined;
  readonly routes: Map<string, Route>;
}

const none: Readonly<Record<string, string>> = {};

/** Finds what belongs to a path, word by word: paths as OpenAPI writes them, `/v1/users/{id}`. */
export class RouteTable<Route> {
  readonly #root: Branch<Route> = newBranch();
  /** Places without parameters, by their whole paths. */
  readonly #plain: Map<string, Place<Route>> = new Map();

  add(method: string, path: string, route: Route): void {
    let branch = this.#root;
    for (const word of path.slice(1).split('/')) {
      const name = /^\{(\w+)\}$/.exec(word)?.[1];
      if (name === undefined) {
        const next = branch.words.get(word) ?? newBranch<Route>();
        branch.words.set(word, next);
        branch = next;
      } else {
        branch.parameter ??= { name, branch: newBranch() };
        branch = branch.parameter.branch;
      }
    }
    branch.routes.set(method, route);
    if (!path.includes('{')) this.#plain.set(path, { routes: branch.routes, params: none });
  }

  /** Undefined: there is nothing. A word that is there is taken before one that could be anything; nothing is no word. */
  find(path: string): Place<Route> | undefined {
    const plain = this.#plain.get(path);
    if (plain !== undefined) return plain;
    let branch = this.#root;
    let params = none;
    for (const word of path.slice(1).split('/')) {
      const next = branch.words.get(word);
      if (next !== undefined) {
        branch = next;
        continue;
      }
      const { parameter } = branch;
      if (parameter === undefined || word === '') return undefined;
      params = { ...params, [parameter.name]: decode(word) };
      ({ branch } = parameter);
    }
    return branch.routes.size === 0 ? undefined : { routes: branch.routes, params };
  }
}

function newBranch<Route>(): Branch<Route> {
  return { words: new Map(), parameter: undefined, routes: new Map() };
}

/** What is no percent encoding stays as it is. */
function decode(word: string): string {
  if (!word.includes('%')) return word;
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
