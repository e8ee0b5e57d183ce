/** Counts requests and what they are answered. */
export class RequestCounter {
  /** By the class of the status: `2xx` … */
  readonly answered: Map<string, number> = new Map();
  underWay = 0;

  begin(): void {
    this.underWay += 1;
  }

  end(status: number): void {
    this.underWay -= 1;
    const name = `${Math.floor(status / 100)}xx`;
    this.answered.set(name, (this.answered.get(name) ?? 0) + 1);
  }
}
