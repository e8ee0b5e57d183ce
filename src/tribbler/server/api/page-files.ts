import { Answer } from './answer.ts';
import type { RequestHeaders } from './request.ts';
import { safetyHeaders } from './safety-headers.ts';

/** A file of the web page. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  /** Quoted, as HTTP has it. */
  readonly etag: string;
  /** Its name has a hash of its content: it never changes. */
  readonly isImmutable: boolean;
}

/** The files of the page, by their paths from `/`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/**
 * The answer to a GET of something that is not of the API: a file by its name, and for what looks like a page `index.html`, which
 * finds out itself what to show. Undefined: there is nothing.
 */
export function answerPage(
  files: PageFiles,
  path: string,
  request: RequestHeaders,
): Answer | undefined {
  const looksLikePage = !/\.[a-z0-9]+$/.test(path);
  const file = files.get(path) ?? (looksLikePage ? files.get('/index.html') : undefined);
  if (file === undefined) return undefined;
  const { bytes, mediaType, etag, isImmutable } = file;
  const caching = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache';
  const headers = [...safetyHeaders, 'etag', etag, 'cache-control', caching];
  if (request.header('if-none-match')?.includes(etag) === true) {
    return new Answer(304, headers);
  }
  return new Answer(200, [...headers, 'content-type', mediaType], bytes);
}
