/**
 * What every answer says to browsers: names and values in turn. The page has nothing inline and nothing from elsewhere, so
 * whatever got into it from outside is not run.
 */
export const safetyHeaders: readonly string[] = [
  'content-security-policy',
  "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'same-origin',
  'cross-origin-opener-policy',
  'same-origin',
  'cross-origin-resource-policy',
  'same-origin',
];
