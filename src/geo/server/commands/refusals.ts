import type { Refusal } from '../../../resp/command-table.ts';

/**
 * Commands of Redis that a store cannot have in which every server takes every write at once: two servers
 * would execute them on different values, and no rule puts the outcomes together. The error says so, and
 * what to do instead.
 */
export const mergeRefusals: readonly Refusal[] = [
  {
    names: [
      ...words('incr incrby incrbyfloat decr decrby'),
      ...words('hincrby hincrbyfloat zincrby'),
    ],
    because:
      'cannot be merged: of two servers that count at the same time one count would be lost. ' +
      "Keep a total under a key of each writer's own and add them up with LIST",
  },
  {
    names: words('setnx msetnx getset getdel getex hsetnx rename renamenx copy move restore'),
    because:
      'cannot be merged: it decides by what this server knows, and another one may decide otherwise ' +
      'at the same moment. Read with GET, write with SET, one writer for each key',
  },
  {
    names: words('append setrange setbit bitfield bitop pfadd pfmerge'),
    because:
      'cannot be merged: it changes a part of a value, and of two such changes one would be lost. ' +
      'SET the whole value, one writer for each key',
  },
  {
    names: [
      ...words('lpush rpush lpushx rpushx lpop rpop lset lrem ltrim linsert lmove rpoplpush lmpop'),
      ...words('blpop brpop blmove blmpop brpoplpush lrange lindex llen lpos'),
      ...words('sadd srem spop smove smembers sismember smismember scard srandmember sscan'),
      ...words('sinter sintercard sinterstore sunion sunionstore sdiff sdiffstore'),
      ...words(
        'hset hmset hget hmget hgetall hdel hexists hkeys hvals hlen hstrlen hscan hrandfield',
      ),
      ...words('zadd zrem zrange zrangestore zrevrange zrangebyscore zrevrangebyscore zrangebylex'),
      ...words('zrevrangebylex zscore zmscore zcard zcount zlexcount zrank zrevrank zscan zpopmin'),
      ...words(
        'zpopmax bzpopmin bzpopmax zmpop bzmpop zinter zinterstore zunion zunionstore zdiff',
      ),
      ...words('zdiffstore zrandmember zremrangebyrank zremrangebyscore zremrangebylex zintercard'),
      ...words(
        'geoadd geopos geodist geohash geosearch geosearchstore georadius pfcount sort sort_ro',
      ),
      ...words('xadd xlen xrange xrevrange xread xreadgroup xgroup xack xdel xtrim xinfo xclaim'),
    ],
    because:
      'cannot be merged: a collection in one value loses what two servers add at the same time. ' +
      'Keep each element under a key of its own (SET things/17 x) and read them with LIST things/',
  },
  {
    names: words('swapdb replicaof slaveof failover psync sync'),
    because: 'is not offered: there is one database, and servers take part in it as equals',
  },
  {
    names: words('save bgsave bgrewriteaof lastsave'),
    because:
      'is not offered: the journal looks after itself, and atoll geo backup copies what there is',
  },
];

function words(text: string): string[] {
  return text.split(' ');
}
