/* The replication of one shard: votes, epochs, log shipping, commit by majority.
 *
 * Three replicas, MAXE epochs, MAXL records. README.md beside this file says what is
 * modelled, what is left out, and how to read a counterexample; `make model` runs it.
 *
 * The network loses, doubles, reorders and delays at will: what was said in an epoch is
 * kept, and is heard never, late, or many times. A crash loses what is volatile or not
 * synced. Each action is one step.
 *
 * An acknowledgement that may be sent is sent at once, what may be learned or applied is
 * learned and applied at once. That leaves no violation out: of these, more never forbids
 * an action, and only sharpens an assertion.
 *
 * -DBREAK_x takes one rule away; an assertion must fail then. A comment behind an
 * assertion has the name of its property (docs/simulation.md). */

#define SLAVE 0
#define CANDIDATE 1
#define MASTER 2
#define NONE 3 /* no replica */

/* Durable: epoch, voted, the log up to `durable`; of `commit` what of that is applied. */
typedef replica {
  byte role;
  byte epoch;
  byte voted;
  byte end;
  byte log[MAXL + 1]; /* The epoch of the record at each LSN; 0 behind the end. */
  byte durable;
  byte verified;      /* The log up to here is the master's of this epoch. */
  byte commit;
  byte diverged;      /* Answers to this run's Subscribes: LSNs behind which logs part. */
}

/* What was said in an epoch. */
typedef past {
  byte stood_end[3];   /* Each candidate's position. */
  byte stood_epoch[3];
  byte votes[3];       /* For each candidate, a set of replicas. */
  byte master;
  byte log[MAXL + 1];  /* The master's. */
  byte commit;         /* As its Beats tell it. */
  byte acked[3];       /* By each slave. */
}

replica r[3];
past said[MAXE];         /* Epoch 1 first. */
byte promised[MAXL + 1]; /* The epoch of the record that a client was promised; 0: none. */
byte promised_in[MAXL + 1];
byte n;                  /* These two are 0 between steps. */
byte x;

#define IN(e) said[(e) - 1]
#define HERE(i) IN(r[i].epoch)
#define HAS(set, i) (((set) >> (i)) & 1)
#define COUNT(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2))
#define LESSER(a, b) ((a) < (b) -> (a) : (b))
#define STOOD(e) (IN(e).votes[0] + IN(e).votes[1] + IN(e).votes[2] > 0)
#define HAS_OTHER_MASTER(i, e) (IN(e).master != NONE && IN(e).master != i)

/* Where a counterexample is long, less is searched: who may do what. */
#if NARROW == 1 /* 0 and 1 stand, 0 has trouble. */
#define STANDS(i) (i < 2)
#define LISTENS(i) true
#define IN_TROUBLE(i) (i == 0)
#elif NARROW == 2 /* 0 and 2 stand, 1 votes and follows; no trouble, no clients. */
#define STANDS(i) (i != 1)
#define LISTENS(i) (i == 1)
#define IN_TROUBLE(i) false
#else
#define STANDS(i) true
#define LISTENS(i) true
#define IN_TROUBLE(i) true
#endif

/* -- what several actions do ----------------------------------------------------------- */

inline adopt(i, e) {
  if
  :: e > r[i].epoch ->
    r[i].epoch = e; r[i].voted = NONE; r[i].role = SLAVE; r[i].diverged = 0;
#ifndef BREAK_VERIFIED_KEPT
    r[i].verified = 0
#endif
  :: else
  fi
}

inline append(i) {
  r[i].end++; r[i].log[r[i].end] = r[i].epoch; HERE(i).log[r[i].end] = r[i].epoch
}

inline cut_behind(i, last) {
  assert(r[i].commit <= last && r[i].verified <= last); /* I3 */
  n = last + 1;
  do :: n <= MAXL -> r[i].log[n] = 0; n++ :: else -> break od;
  r[i].end = last; r[i].durable = LESSER(r[i].durable, last)
}

#ifdef BREAK_COMMIT_BEYOND_VERIFIED
#define COMMIT_LIMIT(i) r[i].end
#else
#define COMMIT_LIMIT(i) r[i].verified
#endif

inline learn_commit(i) {
  if
  :: r[i].role == SLAVE && r[i].epoch > 0 ->
    x = LESSER(HERE(i).commit, COMMIT_LIMIT(i));
    do
    :: r[i].commit < x -> r[i].commit++;
      assert(promised[r[i].commit] == r[i].log[r[i].commit]) /* I4 */
    :: else -> break
    od
  :: else
  fi
}

#if defined(BREAK_ACK_BEFORE_SYNC)
#define ACKED(i) r[i].verified
#elif defined(BREAK_ACK_OF_THE_WHOLE_LOG)
#define ACKED(i) r[i].durable
#else
#define ACKED(i) LESSER(r[i].verified, r[i].durable)
#endif

inline acknowledge(i) {
  if
  :: r[i].role == SLAVE && r[i].verified > 0 && HERE(i).acked[i] < ACKED(i) ->
    HERE(i).acked[i] = ACKED(i)
  :: else
  fi
}

/* -- election: hints, pre-votes, stickiness and transfers only say when one stands -------- */

/* Replicas are alike: let it be 0 that stands first. */
#define FIRST(i) (i == 0 || r[0].epoch + r[1].epoch + r[2].epoch > 0)
#define MAY_STAND(i) (r[i].role != MASTER && r[i].epoch < MAXE && FIRST(i) && STANDS(i))

inline stand(i) {
  r[i].epoch++; r[i].voted = i; r[i].role = CANDIDATE; r[i].verified = 0; r[i].diverged = 0;
  HERE(i).stood_end[i] = r[i].end; HERE(i).stood_epoch[i] = r[i].log[r[i].end];
  HERE(i).votes[i] = 1 << i
}

#ifdef BREAK_NO_LOG_COMPARISON
#define FRESH(j, i, e) true
#else
#define FRESH(j, i, e) (IN(e).stood_epoch[i] > r[j].log[r[j].end] \
  || (IN(e).stood_epoch[i] == r[j].log[r[j].end] && IN(e).stood_end[i] >= r[j].end))
#endif

#define MAY_VOTE(j, i, e) (LISTENS(j) && HAS(IN(e).votes[i], i) && !HAS(IN(e).votes[i], j) \
  && (e > r[j].epoch || (e == r[j].epoch && (r[j].voted == NONE || r[j].voted == i))) \
  && FRESH(j, i, e))

inline vote(j, i, e) {
  adopt(j, e); learn_commit(j);
  r[j].voted = i; IN(e).votes[i] = IN(e).votes[i] | (1 << j)
}

#define MAY_WIN(i) (r[i].role == CANDIDATE && COUNT(HERE(i).votes[i]) >= 2)

inline win(i) {
  assert(HERE(i).master == NONE); /* I1 */
  x = 1;
  do
  :: x <= MAXL ->
    assert(promised[x] == 0 || promised_in[x] >= r[i].epoch || promised[x] == r[i].log[x]); /* I2 */
    HERE(i).log[x] = r[i].log[x]; x++
  :: else -> break
  od;
  r[i].role = MASTER; HERE(i).master = i; HERE(i).commit = r[i].commit;
  if :: r[i].end < MAXL -> append(i) /* EPOCH_START */ :: else fi
}

/* Any message of a newer epoch, or a Beat of the master that i stood against. */
#define MAY_HEAR(i, e) (STOOD(e) && (e > r[i].epoch \
  || (e == r[i].epoch && r[i].role == CANDIDATE && HAS_OTHER_MASTER(i, e))))

inline hear(i, e) { adopt(i, e); r[i].role = SLAVE; learn_commit(i) }

/* -- log ---------------------------------------------------------------------------------- */

#define MAY_WRITE(i) (IN_TROUBLE(i) && r[i].role == MASTER && r[i].end < MAXL)
#define MAY_SYNC(i) (r[i].durable < r[i].end)

inline sync(i) { r[i].durable = r[i].end; acknowledge(i) }

/* The record at l reaches j. Nothing is left out: of what j has verified none is new. */
#define MAY_SHIP(j, e, l) (LISTENS(j) && HAS_OTHER_MASTER(j, e) && IN(e).log[l] != 0 \
  && e >= r[j].epoch && l - 1 <= r[j].end && r[j].log[l - 1] == IN(e).log[l - 1] \
  && !(e == r[j].epoch && r[j].role == SLAVE && r[j].verified >= l))

inline ship(j, e, l) {
  adopt(j, e); r[j].role = SLAVE;
  if
  :: r[j].log[l] != IN(e).log[l] ->
    if :: r[j].end >= l -> cut_behind(j, l - 1) :: else fi;
    r[j].end = l; r[j].log[l] = IN(e).log[l]
  :: else
  fi;
  x = 1;
  do
  :: x < l -> assert(r[j].log[x] == IN(e).log[x]); /* I6 */ x++
  :: else -> break
  od;
  if :: r[j].verified < l -> r[j].verified = l :: else fi;
  acknowledge(j); learn_commit(j)
}

/* j's Subscribe reaches the master, whose log parts from j's: Diverged is under way. */
#define MAY_PART(j) (LISTENS(j) && r[j].role == SLAVE && r[j].epoch > 0 \
  && HAS_OTHER_MASTER(j, r[j].epoch))
#define SAME(j, l) (l <= r[j].end && HERE(j).log[l] == r[j].log[l])

inline part(j) {
  x = 0;
  do :: x < MAXL && SAME(j, x + 1) -> x++ :: else -> break od;
  if :: x < r[j].end -> r[j].diverged = r[j].diverged | (1 << x) :: else fi
}

#ifdef BREAK_LATE_DIVERGED
#define IN_TIME(j, l) true
#else
#define IN_TIME(j, l) (l >= r[j].verified)
#endif
#define MAY_CUT(j, l) (r[j].role == SLAVE && HAS(r[j].diverged, l) && l < r[j].end \
  && IN_TIME(j, l))

#ifdef BREAK_OLD_EPOCH_COUNTED
#define COUNTS(i, l) true
#else
#define COUNTS(i, l) (r[i].log[l] == r[i].epoch)
#endif
#ifdef BREAK_MASTER_BEFORE_SYNC
#define OWN(i) r[i].end
#else
#define OWN(i) r[i].durable
#endif
#define HOLDS(what, l) ((what) >= l -> 1 : 0)
#define HELD(i, a, b, l) \
  (HOLDS(OWN(i), l) + HOLDS(HERE(i).acked[a], l) + HOLDS(HERE(i).acked[b], l) >= 2)
#define MAY_COMMIT(i, a, b, l) (r[i].role == MASTER && r[i].commit < l && l <= r[i].end \
  && COUNTS(i, l) && HELD(i, a, b, l))

inline commit_to(i, a, b, l) {
  r[i].commit = l; HERE(i).commit = l;
  x = 1;
  do
  :: x <= l ->
    assert(promised[x] == 0 || promised[x] == r[i].log[x]); /* I5 */
    if
    :: promised[x] == 0 -> promised[x] = r[i].log[x]; promised_in[x] = r[i].epoch
    :: else
    fi;
    x++
  :: else -> break
  od;
  if :: r[a].epoch == r[i].epoch -> learn_commit(a) :: else fi;
  if :: r[b].epoch == r[i].epoch -> learn_commit(b) :: else fi
}

/* -- trouble ------------------------------------------------------------------------------ */

#define MAY_STEP_DOWN(i) (IN_TROUBLE(i) && r[i].role == MASTER)
#define MAY_CRASH(i) (IN_TROUBLE(i) && r[i].epoch > 0)

inline crash(i) {
#ifdef BREAK_WIPED_KEEPS_ITS_NAME
  r[i].durable = 0; r[i].epoch = 0; r[i].voted = NONE;
#endif
#ifdef BREAK_VOTE_NOT_PERSISTED
  r[i].voted = NONE;
#endif
#ifndef BREAK_DIVERGED_OF_AN_EARLIER_RUN
  r[i].diverged = 0;
#endif
  r[i].role = SLAVE; r[i].verified = 0;
  r[i].commit = LESSER(r[i].commit, r[i].durable);
  cut_behind(i, r[i].durable)
}

/* -- all of them -------------------------------------------------------------------------- */

/* printf speaks only when a counterexample is replayed. */
#define STEP(guard, action) :: d_step { guard -> action; n = 0; x = 0 }

#define REPLICA(i) \
  STEP(MAY_STAND(i), printf("%d stands for epoch %d\n", i, r[i].epoch + 1); stand(i)) \
  STEP(MAY_WIN(i), printf("%d is master of epoch %d\n", i, r[i].epoch); win(i)) \
  STEP(MAY_WRITE(i), printf("%d appends %d\n", i, r[i].end + 1); append(i)) \
  STEP(MAY_SYNC(i), printf("%d syncs its log to %d\n", i, r[i].end); sync(i)) \
  STEP(MAY_PART(i), printf("%d subscribes\n", i); part(i)) \
  STEP(MAY_STEP_DOWN(i), printf("%d steps down\n", i); r[i].role = SLAVE) \
  STEP(MAY_CRASH(i), printf("%d crashes\n", i); crash(i))

#define VOTE(j, i, e) \
  STEP(MAY_VOTE(j, i, e), printf("%d votes for %d in epoch %d\n", j, i, e); vote(j, i, e))
#define HEAR(i, e) STEP(MAY_HEAR(i, e), printf("%d hears of epoch %d\n", i, e); hear(i, e))
#define SHIP(j, e, l) \
  STEP(MAY_SHIP(j, e, l), printf("%d is shipped %d in epoch %d\n", j, l, e); ship(j, e, l))
#define CUT(j, l) \
  STEP(MAY_CUT(j, l), printf("%d is told that it parts behind %d\n", j, l); cut_behind(j, l))
#define COMMIT(i, a, b, l) \
  STEP(MAY_COMMIT(i, a, b, l), printf("%d commits up to %d\n", i, l); commit_to(i, a, b, l))

#define SHIPS(e, l) SHIP(0, e, l) SHIP(1, e, l) SHIP(2, e, l)
#define CUTS(l) CUT(0, l) CUT(1, l) CUT(2, l)
#define COMMITS(l) COMMIT(0, 1, 2, l) COMMIT(1, 0, 2, l) COMMIT(2, 0, 1, l)
#if MAXL == 2
#define ALL_SHIPS(e) SHIPS(e, 1) SHIPS(e, 2)
#define ALL_LSNS CUTS(0) CUTS(1) COMMITS(1) COMMITS(2)
#elif MAXL == 3
#define ALL_SHIPS(e) SHIPS(e, 1) SHIPS(e, 2) SHIPS(e, 3)
#define ALL_LSNS CUTS(0) CUTS(1) CUTS(2) COMMITS(1) COMMITS(2) COMMITS(3)
#endif

#define EPOCH(e) \
  VOTE(0, 1, e) VOTE(0, 2, e) VOTE(1, 0, e) VOTE(1, 2, e) VOTE(2, 0, e) VOTE(2, 1, e) \
  HEAR(0, e) HEAR(1, e) HEAR(2, e) ALL_SHIPS(e)
#if MAXE == 2
#define ALL_EPOCHS EPOCH(1) EPOCH(2)
#elif MAXE == 3
#define ALL_EPOCHS EPOCH(1) EPOCH(2) EPOCH(3)
#elif MAXE == 4
#define ALL_EPOCHS EPOCH(1) EPOCH(2) EPOCH(3) EPOCH(4)
#endif

init {
  d_step {
    do :: x < 3 -> r[x].voted = NONE; x++ :: else -> break od;
    x = 0;
    do :: x < MAXE -> said[x].master = NONE; x++ :: else -> break od;
    x = 0
  }
  do
  REPLICA(0) REPLICA(1) REPLICA(2) ALL_LSNS ALL_EPOCHS
  od
}
