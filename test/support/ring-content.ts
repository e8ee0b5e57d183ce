import { Redis } from 'ioredis';

/** The values of `count` keys of a node: the prefix and a number. Keys that are not there are left out. */
export async function readNumbered(
  port: number,
  prefix: string,
  count: number,
): Promise<Map<string, string>> {
  const redis = new Redis(port, '127.0.0.1');
  redis.on('error', () => undefined);
  try {
    const keys = Array.from({ length: count }, (_, number) => `${prefix}${number}`);
    const values = await Promise.all(keys.map((key) => redis.get(key)));
    return new Map(
      keys.flatMap((key, index) => {
        const value = values[index];
        return typeof value === 'string' ? [[key, value] as const] : [];
      }),
    );
  } finally {
    redis.disconnect();
  }
}

/** All items of a list of a node. */
export async function readItems(port: number, key: string): Promise<readonly string[]> {
  const redis = new Redis(port, '127.0.0.1');
  redis.on('error', () => undefined);
  try {
    return await redis.lrange(key, 0, -1);
  } finally {
    redis.disconnect();
  }
}
