/**
 * How messages lie in a batch: what `BatchWriter` writes and `BatchReader` reads. The byte-by-byte
 * description with a worked example is `docs/formats/batch.md`.
 *
 * A batch explains itself: the names of properties and the addresses of refs are written out at their first use
 * in the batch and by number afterwards. So a batch can wait for a reconnect, be handed from thread to
 * thread unopened, or be lost, and the next one is read all the same. (A dictionary that lives as long
 * as a connection saves a few bytes for each batch, and corrupts silently when the two ends disagree.)
 */
export const tags = {
  // 0x00 … 0x7f: a whole number from 0 to 127.
  null: 0x80,
  false: 0x81,
  true: 0x82,
  /** 4 bytes, signed, little-endian. */
  int32: 0x83,
  /** 8 bytes, IEEE 754, little-endian. */
  float64: 0x84,
  /** A length as varint, then one byte for each character (all below U+0100). */
  latin1: 0x85,
  /** A length in bytes as varint, then two bytes for each UTF-16 unit, lone surrogates included. */
  utf16: 0x86,
  /** A length as varint, then the bytes. */
  bytes: 0x87,
  /** A count as varint, then so many values. */
  array: 0x88,
  /** A shape's number as varint, then its values in the order of its names. */
  object: 0x89,
  /** A new shape: a count as varint, then so many names (strings); then the values, as above. */
  shape: 0x8a,
  /** Names written with their values, for objects used as dictionaries: count, then name, value, … */
  dictionary: 0x8b,
  /** A length as varint, then the magnitude in bytes, little-endian. */
  bigintPositive: 0x8c,
  bigintNegative: 0x8d,
  /** The number of an address of this batch as varint, then the counter as varint. */
  ref: 0x8e,
  /** A new address (string), then the counter as varint. */
  address: 0x8f,
  // 0xa0 … 0xbf: latin1 of 0 to 31 characters.
  shortLatin1: 0xa0,
} as const;

export const shortLatin1Max = 31;
/** An object with more properties is written as a dictionary. */
export const shapeNamesMax = 64;
