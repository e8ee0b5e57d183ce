import type { Refusal } from '../../../resp/command-table.ts';

/** Commands of Redis that a ring does not offer. The error says why, and what to do instead. */
export const ringRefusals: readonly Refusal[] = [
  {
    names: words('mset msetnx rename renamenx copy move smove rpoplpush lmove blmove brpoplpush'),
    because:
      'is not offered: keys live at different nodes, and nothing is promised about two of them together. ' +
      'Send a command for each key',
  },
  {
    names: words('rpush lpush rpushx lpushx linsert lset'),
    because: 'is not offered: a list has no duplicates. Append an item with LADD',
  },
  {
    names: words('lrem lpop rpop ltrim lmpop blpop brpop blmpop'),
    because:
      'is not offered: an item goes by its name, so that it goes once. Remove it with LREMOVE',
  },
  {
    names: words('lindex lpos'),
    because: 'is not offered. Read a range with LRANGE',
  },
  {
    names: words(
      'setnx getset getdel getex setex psetex append setrange getrange substr setbit getbit',
    ),
    because:
      'is not offered: values are read and written whole. Use GET, SET, and SET with NX for what must be absent',
  },
  {
    names: words('incr incrby incrbyfloat decr decrby bitfield bitop bitcount bitpos'),
    because:
      'is not offered: values are bytes. Keep what is counted as items of a list, and ask LLEN',
  },
  {
    names: words(
      'expire pexpire expireat pexpireat expiretime pexpiretime ttl pttl persist touch object',
    ),
    because: 'is not offered: entries do not end by themselves. DEL them',
  },
  {
    names: words('keys scan randomkey flushall flushdb'),
    because:
      'is not offered: a node knows its own keys only, in no order. Keep what is to be listed in a list',
  },
  {
    names: [
      ...words('sadd srem spop smembers sismember smismember scard srandmember sscan sinter'),
      ...words('sintercard sinterstore sunion sunionstore sdiff sdiffstore'),
      ...words('hset hmset hget hmget hgetall hdel hexists hkeys hvals hlen hstrlen hscan hsetnx'),
      ...words('hincrby hincrbyfloat hrandfield'),
      ...words('zadd zrem zrange zrangestore zrevrange zrangebyscore zrevrangebyscore zrangebylex'),
      ...words('zrevrangebylex zscore zmscore zcard zcount zlexcount zrank zrevrank zscan zpopmin'),
      ...words('zpopmax bzpopmin bzpopmax zmpop bzmpop zinter zinterstore zunion zunionstore'),
      ...words('zdiff zdiffstore zincrby zrandmember zremrangebyrank zremrangebyscore'),
      ...words('zremrangebylex zintercard pfadd pfcount pfmerge sort sort_ro'),
      ...words('geoadd geopos geodist geohash geosearch geosearchstore georadius'),
      ...words('xadd xlen xrange xrevrange xread xreadgroup xgroup xack xdel xtrim xinfo xclaim'),
    ],
    because:
      'is not offered: there are values and lists without duplicates (LADD, LREMOVE, LRANGE)',
  },
  {
    names: words('swapdb replicaof slaveof failover psync sync'),
    because: 'is not offered: there is one database, and each key has one owner',
  },
  {
    names: words('save bgsave bgrewriteaof lastsave'),
    because: 'is not offered: the journal looks after itself',
  },
];

function words(text: string): string[] {
  return text.split(' ');
}
