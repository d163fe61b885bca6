/* STRICT in two phases, for one row of one lane; the words and the other processes are those of delivery.pml.
   Writer:    takes the lane's shared lock on S, writes S, PREPARE TRANSACTION on S, COMMIT on P, COMMIT PREPARED on S, deletes its entry.
              The prepared transaction keeps the lane's shared lock and the row's lock, and nobody's crash ends it.
   Recovery:  anyone, any number: sees a prepared transaction, asks P for the status of the transaction's number, then (a later snapshot) for
              the transaction's entry in the journal, and finishes what is left prepared.
   A crash of P ends what runs there and may forget numbers that were given out and are not yet on disk: the next transaction gets the same one.
   Kill:      the kill switch, once engaged and released. Engaged, recovery only rolls back; the entry is delivered after the release.
   Forgetful: P no longer knows the status of an ended transaction (its log was truncated; P is another server now). Recovery leaves it, and an
              operator rolls it back.
   Anyone may crash at any step; the two servers notice it each in its own time.
   Mutations that must fail:
     -DXIDONLY      recovery trusts the number's status alone
     -DBYNUMBER     any entry by that number will do, whenever it was written
     -DGUESS        a status that is not known is taken for "committed"
     -DGONEISDONE   the writer takes "no such prepared transaction" at its COMMIT PREPARED for success, and deletes its entry
     -DCLEAREARLY   the writer deletes its entry before its COMMIT PREPARED is answered
     -DCLEARMISSED  the writer deletes the entry of a delete that found no row
     -DNOENTRY      no entry is kept
     -DDROPLOCK     the lane's lock is given up at PREPARE
     -DSOLD         nobody recovers: the lane is held for ever
   -DPAIR: no writer beside the strict ones, as the build checks it. -DPEER: a second recovery. -DREPAIR: backfill and repair go on. */
#define RUNNING   1
#define COMMITTED 2
#define ABORTED   3
#define FORGOTTEN 4
#define NW 3                    /* writers 1 and 2 are strict, 3 is not */
#define NX 5
byte P = 1, S = 0;
byte plock = 0;                 /* P's row lock: the writer that holds it */
byte nextx = 1;
byte status[NX];                /* by number */
byte number[NW+1];              /* by writer */
bool ended[NW+1];               /* P has ended it; the writer may not know */
bool truly[NW+1];               /* it committed on P */
bool entry[NW+1];
byte srow = 0;
byte lx = 0, ls = 0;
bool prep[NW+1];                /* prepared on S */
bool prow[NW+1];                /* and holds the row's lock there */
byte pval[NW+1];
byte writersDone = 0, others = 0;
bool off = false, crashed = false, quiet = false;

#define LOCKX   atomic { lx == 0 && ls == 0 -> lx = 1 }
#define UNLOCKX lx = 0

inline begin(w) {
  atomic { plock == 0 -> plock = w; number[w] = nextx; status[nextx] = RUNNING; nextx++ }
}

inline commitP(w, v) {          /* only if P has not ended it */
  P = v; status[number[w]] = COMMITTED; truly[w] = true; ended[w] = true; entry[w] = true; plock = 0
}

inline endP(w) {                /* rolled back: refused, the connection lost, the client gone */
  if :: !ended[w] -> status[number[w]] = ABORTED; ended[w] = true; plock = 0 :: else -> skip fi
}

#ifdef DROPLOCK
#define UNSHARE skip
#else
#define UNSHARE ls--
#endif

inline commitPrepared(w) {
  assert(truly[w]);             /* nothing that P rolled back reaches S */
  prep[w] = false;
  if :: prow[w] -> S = pval[w]; srow = 0 :: else -> skip fi; UNSHARE
}

inline rollbackPrepared(w) {
  prep[w] = false;
  if :: prow[w] -> srow = 0 :: else -> skip fi; UNSHARE
}

proctype Strict(byte me; byte v) { bool known = false;
  begin(me);
  if
  :: atomic { lx == 0 -> ls++ }
  :: atomic { true; endP(me) }; goto fin
  fi;
  if :: v != 0 -> atomic { srow == 0 -> srow = me; prow[me] = true }
     :: v == 0 -> if :: atomic { S != 0 && srow == 0 -> srow = me; prow[me] = true } :: atomic { S == 0 -> skip } fi
  fi;
  if
  :: atomic { pval[me] = v; prep[me] = true;                                          /* PREPARE TRANSACTION */
#ifdef DROPLOCK
       ls--
#endif
     }
  :: atomic { true; if :: prow[me] -> srow = 0 :: else -> skip fi; ls-- };                     /* crash: S notices first ... */
     atomic { endP(me) }; goto fin
  :: atomic { true; endP(me) };                                                               /* ... or P does */
     atomic { if :: prow[me] -> srow = 0 :: else -> skip fi; ls-- }; goto fin
  fi;
  if
  :: atomic { !ended[me] -> commitP(me, v) }
  :: atomic { true; endP(me) };                                                               /* 40001, crash, or P is gone */
     if :: atomic { if :: prep[me] -> rollbackPrepared(me) :: else -> skip fi } :: skip fi;
     goto fin
  fi;
#ifdef CLEAREARLY
  entry[me] = false;
#endif
  if :: atomic { prep[me] -> commitPrepared(me); known = true }
     :: atomic { !prep[me] ->                                                          /* 42704: somebody ended it, somehow */
#ifdef GONEISDONE
          known = true
#else
          skip
#endif
        }
     :: skip                                                                           /* crash, or S does not answer */
  fi;
#ifndef CLEARMISSED
  known = known && prow[me];    /* a delete that found no row: another's insert may be there, not yet to be seen; the entry stays */
#endif
  if :: known -> entry[me] = false :: skip fi;
fin:
  writersDone++
}

proctype Writer(byte me; byte v) {
  begin(me);
  if :: atomic { !ended[me] -> commitP(me, v) } :: atomic { endP(me) } fi;
  writersDone++
}

proctype CrashOfP() { byte w, x;                                                        /* at most once */
  if
  :: skip
  :: atomic {
       crashed = true; plock = 0; x = 1; w = 1;
       do :: w <= NW -> if :: number[w] != 0 && !ended[w] -> ended[w] = true; status[number[w]] = ABORTED :: else -> skip fi;
                        if :: truly[w] && number[w] >= x -> x = number[w] + 1 :: else -> skip fi; w++
          :: else -> break od;
       do :: x < nextx -> if :: x++ :: break fi :: else -> break od;                    /* what was not on disk is given out again */
       nextx = x; x = 0; w = 0
     }
  fi
}

proctype Recovery() { byte w, st; bool e;
loop:
  if :: quiet -> goto fin
     :: prep[1] -> w = 1
     :: prep[2] -> w = 2
  fi;
  st = status[number[w]];                                                               /* first the status ... */
  if :: st == RUNNING -> goto again :: else -> skip fi;
#ifdef XIDONLY
  e = true;
#elif defined(BYNUMBER)
  e = (entry[1] && number[1] == number[w]) || (entry[2] && number[2] == number[w]) || (entry[3] && number[3] == number[w]);
#else
  e = entry[w];                                                                         /* ... then the entry */
#endif
  if
  :: st == FORGOTTEN ->
#ifdef GUESS
       atomic { if :: prep[w] && !off -> commitPrepared(w) :: else -> skip fi }
#else
       atomic { if :: e && prep[w] && !off -> commitPrepared(w) :: else -> skip fi }     /* else left as it is, and told */
#endif
  :: st == COMMITTED && e && !off -> atomic { if :: prep[w] && !off -> commitPrepared(w) :: else -> skip fi }
  :: else -> atomic { if :: prep[w] -> rollbackPrepared(w) :: else -> skip fi }
  fi;
again:
  atomic { w = 0; st = 0; e = false };
  goto loop;
fin: skip
}

proctype Forgetful() {
  if
  :: skip
  :: atomic { ended[1] && prep[1] -> status[number[1]] = FORGOTTEN }
  fi
}

proctype Operator() {                                                                   /* told of one that recovery leaves */
end:
  do
  :: quiet -> break
  :: atomic { prep[1] && status[number[1]] == FORGOTTEN -> rollbackPrepared(1) }
  od
}

proctype Kill() { if :: skip :: off = true; off = false fi }

proctype Deliverer(byte me) { bool seen[NW+1]; byte v; bool holds;
loop:
  if :: quiet -> goto fin
#ifdef NOENTRY
     :: entry[3] -> skip
#else
     :: entry[1] || entry[2] || entry[3] -> skip
#endif
  fi;
  LOCKX;
  atomic { v = P; seen[1] = entry[1]; seen[2] = entry[2]; seen[3] = entry[3] };
  holds = false;
  if
  :: v != 0 -> atomic { srow == 0 -> srow = me; holds = true }
  :: v == 0 -> if :: atomic { S != 0 && srow == 0 -> srow = me; holds = true } :: atomic { S == 0 -> skip } fi
  fi;
  if :: atomic { true; if :: holds -> S = v; srow = 0 :: else -> skip fi; UNLOCKX }
     :: atomic { true; if :: holds -> srow = 0 :: else -> skip fi; UNLOCKX }; goto again    /* crash, or the kill switch */
  fi;
  if :: atomic { if :: seen[1] -> entry[1] = false :: else -> skip fi; if :: seen[2] -> entry[2] = false :: else -> skip fi;
                 if :: seen[3] -> entry[3] = false :: else -> skip fi }
     :: skip
  fi;
again:
  atomic { v = 0; holds = false; seen[1] = false; seen[2] = false; seen[3] = false };
  goto loop;
fin: skip
}

proctype Repair(byte me; bool deletes) { byte v; bool holds = false;                     /* as backfill it deletes and overwrites nothing */
  LOCKX;
  v = P;
  if :: v != 0 -> atomic { srow == 0 -> if :: deletes || S == 0 -> srow = me; holds = true :: else -> skip fi }
     :: v == 0 && deletes -> if :: atomic { S != 0 && srow == 0 -> srow = me; holds = true } :: atomic { S == 0 -> skip } fi
     :: v == 0 && !deletes -> skip
  fi;
  atomic { true; if :: holds -> S = v; srow = 0 :: else -> skip fi; UNLOCKX };
  others++
}

#ifdef NOENTRY
#define DRAINED !entry[3]
#else
#define DRAINED (!entry[1] && !entry[2] && !entry[3])
#endif

init {
  atomic {
    run Strict(1, 2); run Strict(2, 0);
#ifdef PAIR
    writersDone = 1;
#else
    run Writer(3, 3);
#endif
    run CrashOfP(); run Deliverer(11);
#ifndef SOLD
    run Recovery();
#endif
#ifdef PEER
    run Recovery();
#endif
#ifdef REPAIR
    run Repair(13, false); run Repair(14, true);
#else
    others = 2;
#endif
#ifdef KILL
    run Kill();
#endif
#ifdef FORGET
    run Forgetful(); run Operator();
#endif
  };
  atomic { writersDone == NW && others == 2 && srow == 0 && lx == 0 && ls == 0 && !prep[1] && !prep[2] && DRAINED -> quiet = true };
  assert(P == S || (S == 0 && P == 1))
}
