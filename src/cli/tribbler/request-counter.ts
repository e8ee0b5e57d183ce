import type { Api } from '../../tribbler/server/api/api.ts';

/** Counts what an API answers. */
export class RequestCounter {
  readonly fetch: Api['fetch'];
  /** By the class of the status: `2xx` … */
  readonly answered: Map<string, number> = new Map();
  #underWay = 0;

  constructor(fetch: Api['fetch']) {
    this.fetch = async (request, connection): Promise<Response> => {
      this.#underWay += 1;
      try {
        const response = await fetch(request, connection);
        const status = `${Math.floor(response.status / 100)}xx`;
        this.answered.set(status, (this.answered.get(status) ?? 0) + 1);
        return response;
      } finally {
        this.#underWay -= 1;
      }
    };
  }

  get underWay(): number {
    return this.#underWay;
  }
}
