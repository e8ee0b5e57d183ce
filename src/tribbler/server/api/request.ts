/** The headers of a request. */
export interface RequestHeaders {
  /** By its name in lower case. What came several times is one value, as HTTP joins it. */
  header(name: string): string | undefined;
}

/** A request, as whoever listens gives it. */
export interface ApiRequest extends RequestHeaders {
  readonly method: string;
  /** The path, and the query if there is one. */
  readonly target: string;
  /** Of whoever is connected. */
  readonly address: string;
  readonly isTls: boolean;
  /** The body; undefined if it is larger. Rejects with `CONNECTION_LOST` if the end does not come. */
  readText(bytesMax: number): Promise<string | undefined>;
}
