/**
 * Every bound that Atoll ships, with its unit and its reason. A queue, a message or a wait without a
 * line here is a bug. Names follow Redis where a Redis user expects them.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

/** What one client of a RESP port may use. */
export interface ClientLimits {
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
  readonly argumentsMax: number;
  readonly inlineBytesMax: number;
  readonly queryBufferBytesMax: number;
  readonly outputBytesPause: number;
  readonly outputBytesSoft: number;
  readonly outputSoftMs: number;
  readonly outputBytesHard: number;
  readonly commandsInFlightMax: number;
  readonly idleMs: number;
  readonly firstCommandMs: number;
}

export const clientLimits: ClientLimits = {
  /** A key is copied into indexes and messages; 4 KiB holds every path anybody types. */
  keyBytesMax: 4 * KiB,
  /** One value travels in one frame and must not hold up what is behind it. */
  valueBytesMax: 1 * MiB,
  /** MSET of 500 pairs and change; positions of one command fit a small table. */
  argumentsMax: 1_024,
  /** Inline commands are typed by people. */
  inlineBytesMax: 16 * KiB,
  /** One unfinished command. Larger than any allowed one that is not an attack. */
  queryBufferBytesMax: 16 * MiB,
  /** Above this we stop reading the client until it reads us. */
  outputBytesPause: 1 * MiB,
  /** A client that stays above this for `outputSoftMs` is closed. */
  outputBytesSoft: 8 * MiB,
  outputSoftMs: 10_000,
  /** A client above this is closed at once. */
  outputBytesHard: 32 * MiB,
  /** Commands that wait for something else than the processor (none on the query actor itself). */
  commandsInFlightMax: 1_024,
  /** A client that says nothing for so long is gone; its socket is not. */
  idleMs: 300_000,
  /** Half-open connections and port scanners. */
  firstCommandMs: 10_000,
};

/** Before a client has proved who it is, it gets a tenth of everything. */
export const clientLimitsUnauthenticated: ClientLimits = {
  ...clientLimits,
  keyBytesMax: 256,
  valueBytesMax: 1 * KiB,
  argumentsMax: 10,
  inlineBytesMax: 1 * KiB,
  queryBufferBytesMax: 64 * KiB,
  outputBytesPause: 4 * KiB,
  outputBytesSoft: 4 * KiB,
  outputBytesHard: 4 * KiB,
  commandsInFlightMax: 16,
  idleMs: 10_000,
};

export const networkLimits = {
  /** One read; shared by all connections of a thread. A pipelined batch fits. */
  readBytes: 65_536, // 64 KiB
  /** A connection that is not open by then, handshake included, has failed. */
  connectMs: 10_000,
  /** After our end we wait so long for the peer's: closing earlier may reset what it has not read yet. */
  endLingerMs: 2_000,
  /** Writes up to this size are copied for TLS, which never sends at once and would keep the array. */
  tlsCopyBytesMax: 16_384, // 16 KiB
  /** Connections that wait to be accepted. The system may allow fewer. */
  acceptBacklog: 1_024,
} as const;

export const serverLimits = {
  /** Connections to one query port; also bounded by the file descriptors that the process may open. */
  connectionsMax: 10_000,
  /** File descriptors kept for logs, listeners and peers. */
  fileDescriptorsReserved: 32,
  /** Not yet authenticated, in all and by address. */
  connectionsUnauthenticatedMax: 256,
  connectionsUnauthenticatedPerAddressMax: 64,
  /** All unfinished commands of all clients together, as a share of the heap. */
  queryBuffersHeapShare: 0.25,
  /** The same in bytes, where the size of the heap is not known: a quarter of one of 1 GiB. */
  queryBuffersBytesMax: 268_435_456, // 256 MiB
  /** Output of all clients together that they have not read: eight clients at their hard limit. */
  outputBuffersBytesMax: 268_435_456, // 256 MiB
  /** At its end a server waits so long for clients to read their replies. */
  closeMs: 5_000,
  /** A TLS handshake not done by then is destroyed (node does not do it by itself). */
  tlsHandshakeMs: 5_000,
  /** One page of LIST: whichever is reached first. */
  listPageEntriesMax: 10_000,
  listPageBytesMax: 8_388_608, // 8 MiB
  /** A longer pattern is refused; matching is linear in any case. */
  patternBytesMax: 256,
  /** The reply of one KEYS, MGET or LRANGE: the hard limit of the output, less replies that wait already. */
  manyReplyBytesMax: 25_165_824, // 24 MiB
  /** Input echoed in an error line, escaped. */
  errorEchoBytesMax: 128,
  /** Prefixes that one connection may watch. */
  watchedPrefixesMax: 64,
} as const;

/** What a geo server ships besides the limits of its port. */
export const geoLimits = {
  /** A stamp further ahead of our wall clock is refused: one bad clock must not poison a cluster. */
  clockSkewMs: 60_000,
  /** CMUD §5.1: at most 10 messages a second to each peer; a little more than a tenth of one apart … */
  syncIntervalMs: 101,
  /** … and no more than ten in so long, whoever was late: a message is counted up to a turn before it leaves. */
  syncTenMs: 1_015,
  /**
   * What is told all the time is told in step: once in a period, which all actors of a server count by one clock. A little more than
   * the interval, so that whoever is out of step comes into it by itself.
   */
  syncPeriodMs: 104,
  /** A message waits for its moment of the period no longer than this beyond the interval, and comes no more than this before. */
  syncInStepMs: 30,
  /** A remote-sync actor passes on what comes in step so long after it usually has come: what is a little late is there too. */
  syncStepMs: 20,
  /** What came is confirmed within this, if nothing else is to be said before. */
  syncConfirmMs: 400,
  /** What is not confirmed for so long was lost: a confirmation and two times 250 ms on the way, twice. */
  syncRepeatMs: 2_000,
  /** … besides what it takes to get there over the slowest way that is planned for: 100 KB/s. */
  syncBytesPerMsMin: 100,
  /** Each time it was lost again the wait doubles, up to this: a peer that takes nothing is not to be flooded. */
  syncRepeatLastMs: 30_000,
  /** What is sent to one peer and not confirmed: more than a fast network has under way in a round trip. */
  syncWindowBytes: 16_777_216, // 16 MiB
  /** So much at once is confirmed at once: the sender waits for room. */
  syncUrgentBytes: 262_144, // 256 KiB
  /** Notes that wait for the next message to a peer. They are answers and steps, of which few are under way. */
  syncNotesMax: 16,
  /** What a server has not heard of for so long from where it came is told by those who have it. */
  syncRelayMs: 1_500,
  /** So often it is worked out what all replicas have, so that tombstones can go … */
  confirmedByAllMs: 1_000,
  /** … and so often the exchange with other servers is looked after. */
  lookMs: 500,
  /** A server that is away for so long is waited for no more, if most are here: a week is a long holiday for an outage. */
  memberAwayMsMax: 604_800_000, // 7 days
  /** Two servers that know the same compare what they have so often. */
  repairMs: 5_000,
  /** After so many times that it could not be said, because somebody always wrote, the difference is looked for instead. */
  repairBusyChecksMax: 12,
  /** Whoever lacks something asks for it so often until it is begun. */
  repairAskMs: 1_000,
  /** A search for the difference of which nothing is heard for so long is over. */
  repairSilenceMs: 10_000,
  /** Entries that are looked at before messages have their turn: some milliseconds. */
  repairSliceEntries: 20_000,
  /** Own writes that a query port may have given to the journal and that it has not taken, for all ports together. */
  logBytesUnderWayMax: 33_554_432, // 32 MiB
  /** While a write to the disk is under way, so much is sent behind it; less gathers until it is over. */
  logBytesWorthwhile: 65_536, // 64 KiB
  /** What query ports may have to load of what was read, each. */
  loadBytesAheadMax: 16_777_216, // 16 MiB
  /** A snapshot begins when the replica it is made of has everything: asked so often. */
  snapshotWaitMs: 50,
  /** What a disk that is behind did not take is offered again after so long. */
  journalRetryMs: 10,
  /** A server that has data of its own waits so long for others before it begins with that. */
  joinWaitMs: 10_000,
  /** Changes that are remembered for a server that is away: 16 MiB of records. Beyond, the difference is looked for. */
  changesHeldMax: 4_194_304,
  /** Entries of one message, about; with the largest of all it still fits a frame. */
  syncMessageBytes: 4_194_304, // 4 MiB
  /** One message of a reconciliation: answered in some 20 ms. What does not fit is for the next one. */
  repairMessageBytesMax: 1_048_576, // 1 MiB
  /**
   * Messages of one reconciliation: eight narrow 2³¹ entries down to a list, two more end it. Only tables that
   * change meanwhile need others.
   */
  repairRoundsMax: 16,
  /** When nobody asks, values that have ended are looked for so often … */
  sweepMs: 250,
  /** … and so many are buried, and tombstones dropped, before queries have their turn: some milliseconds. */
  sweepEntriesMax: 10_000,
  /** With each batch of queries a few, so that burying keeps up with those who write. */
  sweepEntriesPerBatch: 64,
  /** Places of the table that one SCAN visits at most, whatever COUNT says. */
  scanVisitsMax: 10_000,
} as const;

/** What a node of the ring and a Libstore allow. The first four are the handout's: Tribbler §4.4. */
export const ringLimits = {
  /** A Libstore asks for a lease when it had so many queries of the key … */
  queryThreshold: 3,
  /** … in so long. */
  queryWindowMs: 10_000,
  /** How long a client may use its copy, counted from when it asked. */
  leaseMs: 10_000,
  /** How much longer the owner waits: clocks may run up to a fifth apart. */
  leaseGuardMs: 2_000,
  /** A client that let a revocation run out gets no lease for so long: it would delay the next writes too. */
  leasePenaltyMs: 60_000,
  /** Leases of one client: more than a page of anything needs, and what it can make a node wait for. */
  leasesPerClientMax: 100_000,
  /** Leases in all: some 200 MB. */
  leasesMax: 1_000_000,
  /** Writes that wait for leases, of all keys: each holds its value. */
  writesWaitingMax: 100_000,
  /** … and their bytes: they may all be applied at once, and come to the journal beside what waits there already. */
  writesWaitingBytesMax: 16_777_216, // 16 MiB
  /** The name that a client gives itself in ONCE. */
  clientIdBytesMax: 64,
  /** Keys of one reply of RING LEASES, and holders of one key in it. */
  leaseReportKeysMax: 1_000,
  leaseReportHoldersMax: 100,
  /** Virtual ids of a node that nobody gave any: shares differ by an eighth. */
  virtualIdsDrawn: 64,
  /** Virtual ids of one node, and nodes of one ring: a view fits one reply. */
  virtualIdsMax: 1_024,
  nodesMax: 1_024,
  /** Tribbler §4.1: a server that is told to wait asks again after so long … */
  registerRetryMs: 1_000,
  /** … and when the ring is complete so often, for a coordinator that lost its memory. */
  registerAgainMs: 10_000,
  /** Tribbler §3.2: a Libstore asks for the servers again after so long … */
  viewRetryMs: 1_000,
  /** … and so many times. */
  viewRetriesMax: 5,
  /** A client whose writes are remembered is looked after so often … */
  appliedTickMs: 60_000,
  /** … and forgotten after so many times without a word of it. */
  appliedTicksKept: 10,
  /** Clients whose writes are remembered, and the writes of one that it has not confirmed. */
  appliedClientsMax: 100_000,
  appliedPerClientMax: 100_000,
  /**
   * Items of a short list, and of a segment of a long one: a search looks at four cache lines of tags in a row at most, where an
   * index has one here and one there, and there are few steps to the last item.
   */
  packedItemsMax: 256,
  /** What may wait for the disk before clients are stopped; at half of it they go on. */
  logBytesWaitingMax: 16_777_216, // 16 MiB
  /** How much waits is looked at again after so long. */
  logLookMs: 10,
  /** A node that a Libstore could not reach is tried again after so long. */
  deadRetryMs: 1_000,
  /** A call of a Libstore without a deadline of its own, and the longest that a write may have: see `appliedTickMs`. */
  callMs: 15_000,
  callMsMax: 60_000,
  /** Copies that a Libstore keeps, and their bytes. */
  cacheEntriesMax: 100_000,
  cacheBytesMax: 67_108_864, // 64 MiB
  /** A call that was sent to a node that is not the owner is sent anew so many times, with a new view each time. */
  misroutedMax: 5,
  /** Nodes that a Libstore asks for the view, one after another, when one cannot be reached. */
  viewAskedMax: 5,
  /** Leases that a Libstore gives back when it is closed get so long to arrive. */
  goodbyeMs: 1_000,
  /** Keys whose queries a Libstore counts. */
  countedKeysMax: 100_000,
} as const;

/** What a journal writes and holds. */
export const journalLimits = {
  /** A larger segment is closed and another begun: what a snapshot frees is freed in such pieces. */
  segmentBytes: 67_108_864, // 64 MiB
  /** A larger frame is closed: what a reader must hold to check a checksum, and little next to a disk's speed. */
  frameBytes: 262_144, // 256 KiB
  /** One record: a frame between servers with all it carries. */
  recordBytesMax: 8_388_608, // 8 MiB
  /** The records of one frame: a full one and one more of the largest. */
  payloadBytesMax: 9_437_184, // 9 MiB
  /** What waits for the disk. At 100 MB/s more than half a second of it: beyond, the disk is not keeping up. */
  pendingBytesMax: 67_108_864, // 64 MiB
  /** The buffer of a batch at first, and the largest that is kept after a burst. */
  batchBytesFirst: 65_536, // 64 KiB
  batchBytesKept: 4_194_304, // 4 MiB
  /** One read while loading. */
  readBytes: 1_048_576, // 1 MiB
  /** With `interval`, the most that a power cut costs. */
  syncIntervalMs: 1_000,
  /**
   * A log longer than this, and longer than a snapshot would be, is replaced by one. Of 100,000 small keys that are written all the
   * time a snapshot costs as much as 40,000 of the writes, so not each 64 MiB; more would make a start longer, by a second or two
   * for each 64 MiB of small records.
   */
  snapshotLogBytes: 134_217_728, // 128 MiB
  /** Bytes of one record of a snapshot, about. */
  snapshotPackBytes: 262_144, // 256 KiB
  /** A snapshot is written in pieces of this size, so that commits come in between … */
  snapshotPieceBytes: 262_144, // 256 KiB
  /** … and synced after so many bytes, so that no commit waits for all of it. */
  snapshotSyncBytes: 8_388_608, // 8 MiB
  /** The newest and the one before it, with the segments to go on from there, should the newest be damaged. */
  snapshotsKept: 2,
} as const;

/** What a server may send to a client of ours, which does not trust it either. */
export const replyLimits = {
  /** A page of LIST has at most 8 MiB of keys and values; this is eight of them. */
  replyBytesMax: 67_108_864, // 64 MiB
  /** Aggregates within aggregates; COMMAND DOCS needs 6. */
  depthMax: 32,
  /** A status, an error, a number, the head of a string. */
  lineBytesMax: 65_536,
} as const;

export const actorLimits = {
  /** How deep a message may be nested: a bound on recursion, and what finds cycles. */
  messageDepthMax: 32,
  /**
   * One message, marshalled: a frame of 8 MiB, less a batch that is about to be handed over (`threadBatchBytes`) and
   * that the message comes into, and 1 KiB for what surrounds it.
   */
  messageBytesMax: 8_322_048,
  /** One frame between servers. */
  frameBytesMax: 8_388_608, // 8 MiB
  /** What is held for a peer that does not take it. Beyond, the newest is dropped and counted. */
  outboxBytesMax: 67_108_864, // 64 MiB
  /** When the oldest message held for a peer is older than this, newer ones are dropped and counted. */
  outboxAgeMs: 60_000,
  /** What the operating system may hold of one link, so that control frames overtake the outbox. */
  linkBufferBytesMax: 1_048_576, // 1 MiB
  /** A peer must introduce itself in so few bytes and so soon. */
  helloBytesMax: 4_096,
  helloMs: 5_000,
  /** A link says something at least this often … */
  heartbeatMs: 1_000,
  /** … and is given up when the other end said nothing for so long. */
  peerSilenceMs: 5_000,
  /** Reconnect delays: doubling from the first to the last, each times 0.5 to 1 at random. */
  reconnectFirstMs: 50,
  reconnectLastMs: 5_000,
  /** Connections whose hello is not over, at once: each costs a few KiB and can come from anybody. */
  hellosMax: 256,
  /** Systems linked to one. Links are made from each to each: beyond, a cluster needs another shape. */
  membersMax: 1_024,
  /** Lives of one peer that messages are held for while nobody knows which one runs. */
  livesHeldMax: 4,
  /** A system that only its own hello made a member is forgotten when it was away for so long. */
  memberForgottenMs: 600_000,
  /** What happens again and again on links is reported in sums, at most so often. */
  reportMs: 10_000,
  /** What is held at the close may take so long to leave. */
  linkCloseMs: 1_000,
  /** Messages that one actor may handle before the next actor of the thread has its turn. */
  messagesPerActorTurn: 256,
  /** Messages that a thread may handle before its sockets and timers have their turn. */
  messagesPerThreadTurn: 4_096,
  /** … and how long that may take them: what a turn tells others should leave while they have nothing to do. */
  turnMs: 2,
  /** Threads of one system: each pair is joined by a port, and more than the cores gain nothing. */
  threadsMax: 256,
  /** A batch for another thread is handed over when it is this large, at the latest at the turn's end. */
  threadBatchBytes: 65_536,
  /** Messages held for actors whose start is still on its way from another thread. */
  messagesBeforeStartMax: 10_000,
  /**
   * One piece of mail between gateways, marshalled: two frames between servers, since it carries what is for a disk.
   * More comes in several pieces, or what is between them waits.
   */
  mailBytesMax: 16_777_216, // 16 MiB
  /** Pieces of mail held for one gateway that is not ready yet. */
  mailBeforeReadyMax: 1_024,
  /** Ordered pairs of actors whose message rate is remembered at once. */
  pairRatesMax: 65_536,
} as const;

/** What any client of ours allows itself on its connections. */
export const callLimits = {
  /** Dialling: less than a call may take, so that it has time left to go elsewhere. */
  connectMs: 3_000,
  /** Calls of one client that wait for answers, and the bytes of their requests. */
  callsOutstandingMax: 100_000,
  bytesOutstandingMax: 67_108_864, // 64 MiB
  /** A connection that owes replies and says nothing for so long is given up. */
  silenceMs: 10_000,
  /** An unused connection is closed by us, long before the server closes it under a call. */
  idleMs: 60_000,
} as const;

/** What a client of the geo store allows itself, and how long it waits for a server. */
export const geoClientLimits = {
  /** A call without a deadline of its own. A person waits no longer, and a healthy server needs a hundredth. */
  callMs: 5_000,
  /** Addresses that one call tries: the nearest, the next, and one more. */
  attemptsMax: 3,
  /** Pairs asked for in one page of a list: a page of short pairs fits one read or two. */
  listPageEntries: 1_000,
  /** A watch asks for a sign of life so often … */
  watchPingMs: 10_000,
  /** … and gives a connection up that said nothing for so long. */
  watchSilenceMs: 25_000,
  /** Reconnect delays of a watch: doubling from the first to the last, each times 0.5 to 1 at random. */
  reconnectFirstMs: 50,
  reconnectLastMs: 5_000,
  /** The nearest router measures an address again when nothing was heard of it for so long. */
  probeMs: 10_000,
  /** An address that failed is avoided for so long, doubling from the first to the last. */
  avoidFirstMs: 500,
  avoidLastMs: 30_000,
} as const;

/** What a session of CMUD allows itself. The bounds of the game are in `src/cmud/rules/game-limits.ts`. */
export const cmudLimits = {
  /** A put that is not answered by then counts as lost and is tried again. */
  putMs: 3_000,
  /** Between tries, doubling from the first to the last. */
  retryFirstMs: 250,
  retryLastMs: 5_000,
  /** Messages to others that wait for a lost server. More, and they would come as a flood. */
  messagesWaitingMax: 20,
  /** What is not kept when a player leaves gets so long to be. */
  goodbyeMs: 3_000,
  /** A key of ours that somebody else changed is put right so often at most. */
  healMs: 1_000,
  /** Small news of the same kind are gathered for so long after the first. */
  newsGatherMs: 3_000,
  /** The past of a player, coming in late, is told in one line after so long. */
  lateFactsMs: 500,
  /** Lines typed ahead: a pipe is read no further, more from a keyboard are not taken. */
  linesWaitingMax: 1_000,
  /** Lines that the history of the terminal keeps. */
  historyLinesMax: 500,
  /** Lines of the chat, and of what was told in absence, that are shown at login. */
  loginChatLines: 5,
  loginTellLines: 10,
} as const;

/** What Tribbler allows: the words (names, texts) and an application server. */
export const tribblerLimits = {
  /** A name is in every key of its user. */
  userNameLettersMax: 30,
  /** What people count as letters, and what these may weigh: a family of five in one emoji has 25 bytes. */
  tribbleGraphemesMax: 300,
  tribbleBytesMax: 3_000,
  passwordLettersMin: 8,
  /** A longer one makes nothing safer, and all of it is hashed. */
  passwordLettersMax: 200,
  /** The body of a request: five times the largest Tribble, escaped. */
  bodyBytesMax: 16_384, // 16 KiB
  /** The head of a request: node's own bound, named. */
  headBytesMax: 16_384, // 16 KiB
  /** Tribbler §3.1: lists of Tribbles have 100 at most; so do all other pages. */
  pageItemsMax: 100,
  /** Followers, subscriptions and Tribbles are counted no further: that would cost with their number. */
  countMax: 1_000,
  /** A timeline reads as many lists as are followed. */
  subscriptionsMax: 5_000,
  /** Items more than a page that are read in case some were added since the page before. */
  pageSlackItems: 20,
  /** Items of an index that one page of a search looks at: with a rare name among many the page is short. */
  searchItemsMax: 20_000,
  /** Idempotency keys of one user that are remembered, and their length. */
  idempotencyKeysKept: 100,
  idempotencyKeyLettersMax: 64,
  sessionMs: 2_592_000_000, // 30 days
  /** A read of the ring: a person waits no longer for what may be partial. */
  storeReadMs: 3_000,
  /** A write: longer than it waits for the leases of an application server that was killed, or of all after a node's return. */
  storeWriteMs: 15_000,
  /** Texts of Tribbles that an application server keeps: some 30 MB. They never change; the lists tell what is deleted. */
  tribblesKept: 50_000,
  /** First pages, of users and of timelines, that an application server keeps: some 50 MB, and the lists that they were made of. */
  pagesKept: 2_000,
  /** Tokens whose hashes are kept: some 3 MB. */
  sessionKeysKept: 10_000,
  /** Hashes of passwords that are made at once, each with 19 MiB, and those that wait for their turn. */
  hashesAtOnce: 2,
  hashesWaitingMax: 100,
  /** Log-ins of one address and to one name: so many at once, then one in so long. */
  loginsPerAddress: 30,
  loginPerAddressMs: 2_000,
  loginsPerName: 10,
  loginPerNameMs: 10_000,
  /** Accounts made from one address. A school or a company is one address too. */
  signUpsPerAddress: 100,
  signUpPerAddressMs: 5_000,
  /** Tribbles of one user. Faster than anybody types; programs may. */
  postsPerUser: 200,
  postPerUserMs: 100,
  /** Names and addresses whose attempts are counted; beyond, the longest unused is forgotten. */
  countedNamesMax: 100_000,
  /** So often the lists that open streams follow are looked at … */
  streamLookMs: 1_000,
  /** … and a look waits no longer for a node. */
  streamLookCallMs: 1_000,
  /** A stream says something at least this often; proxies close what is silent for a minute. The session is asked then too. */
  streamSilenceMs: 15_000,
  /** A browser that lost its stream comes back after so long. */
  streamRetryMs: 2_000,
  /** A stream that comes back gets again what is so much older than the last it had: clocks of servers differ. */
  streamOverlapMs: 5_000,
  streamsPerUserMax: 10,
  streamsMax: 10_000,
  /** A reader that left so much unread is let go; it comes back, and gets what it missed. */
  streamUnreadBytesMax: 262_144, // 256 KiB
  /** Connections to the HTTP port. */
  connectionsMax: 12_000,
  /** A request must have come by then, and an unused connection goes after so long. */
  requestMs: 15_000,
  keepAliveMs: 65_000,
  /** When the server stops, requests under way get so long. */
  stopMs: 5_000,
  /** A call of `atoll trib`: the slowest write, and some more. */
  clientCallMs: 20_000,
} as const;
