/* Runs the lanes of one block after the other, each to its next barrier, and keeps a shadow of the memory.

   A lane is a coroutine with a stack of its own. The time from one barrier to the next is an interval, with a number that is
   never used again. Each unit of a watched array (its smallest element) has two stamps: interval and lane of the last store, and
   of the last load. An access that meets a stamp of another lane from this interval is a race. Two lanes may store different
   values where nobody reads: then the race is the load of what they left. */

#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { MOST_LANES = 1024, STACK = 256 * 1024, MOST_REGIONS = 512, MOST_FINDINGS = 1024, MOST_BARRIERS = 1024 };
enum { MANY = MOST_LANES };   /* in the place of a lane: several lanes have loaded this unit, or stored different values */
enum { INPUT, SHARED, SPACE, OUTPUT };
enum { FORWARD, REVERSED, SHUFFLED, ODD_FIRST };
enum { RACE, SAME_VALUE, UNREAD, OUTSIDE, UNWRITTEN, DIVERGED, OTHER_BLOCK, CUT, ENDLESS };

typedef struct { int64_t interval; int32_t lane; } stamp;
typedef struct {
    char *begin, *end;
    int unit, kind, block;   /* block: the only one that may use a work space, or -1 */
    int64_t loads, stores;   /* bytes */
    stamp *stored, *loaded;
} region;
typedef struct { int32_t what, place, region, lane, other; int64_t offset, count; } finding;
typedef void (*kernel)(int64_t *);

/* what Python sets and reads */
int order, removed;
int64_t passed[MOST_BARRIERS], intervals, accesses, most_accesses;
int64_t *entered, n_blocks;   /* how often each lane has entered each basic block, where the program counts them */
finding findings[MOST_FINDINGS];
int n_findings;
char lanes_dynamic[256 * 1024] __attribute__((aligned(64)));

static region regions[MOST_REGIONS];
int n_regions;
static int last_region;
static ucontext_t scheduler, contexts[MOST_LANES];
static char *stacks;
static int finished[MOST_LANES], waiting_at[MOST_LANES];
static int lane, lanes, block, blocks, dynamic_bytes, stopped;
static int64_t interval = 1, first_interval;   /* now, and of this block */
static kernel entry;
static int64_t *arguments;
static uint64_t state = 88172645463325252ull;

static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

void seed(uint64_t number) { state = 88172645463325252ull ^ (number * 0x9E3779B97F4A7C15ull); }

/* ---- arrays ---- */

void forget_regions(void) {
    for (int i = 0; i < n_regions; i++) { free(regions[i].stored); free(regions[i].loaded); }
    n_regions = last_region = 0;
}

int add_region(char *begin, int64_t bytes, int unit, int kind, int only_block) {
    if (n_regions == MOST_REGIONS) return -1;
    int64_t units = bytes / unit + 1;
    regions[n_regions] = (region){begin, begin + bytes, unit, kind, only_block, 0, 0,
                                  calloc(units, sizeof(stamp)), calloc(units, sizeof(stamp))};
    return n_regions++;
}

int64_t region_bytes(int i, int stores) { return stores ? regions[i].stores : regions[i].loads; }

int region_kind(int i) { return regions[i].kind; }

static int holds(region *r, char *p, int size) {
    return p >= r->begin && p + size <= r->end && (r->block < 0 || r->block == block);
}

static region *region_of(char *p, int size) {
    if (n_regions && holds(&regions[last_region], p, size)) return &regions[last_region];
    for (int i = 0; i < n_regions; i++)
        if (holds(&regions[i], p, size)) { last_region = i; return &regions[i]; }
    return NULL;
}

static int on_stack(char *p) {
    char *own = stacks + (int64_t)lane * STACK;
    return p >= own && p < own + STACK;
}

static void find(int what, int place, region *r, int other, char *p) {
    int where = r ? (int)(r - regions) : -1;
    for (int i = 0; i < n_findings; i++) {
        finding *f = &findings[i];
        if (f->what == what && f->place == place && f->region == where) { f->count++; return; }
    }
    if (n_findings < MOST_FINDINGS)
        findings[n_findings++] = (finding){what, place, where, lane, other, r ? p - r->begin : (int64_t)p, 1};
}

/* ---- loads and stores ---- */

/* Give up the block: what follows would read or write memory of others, or never end. */
static void stop(int what, int place, char *p) {
    find(what, place, NULL, 0, p);
    stopped = 1;
    swapcontext(&contexts[lane], &scheduler);
}

static int of_other_lane(stamp s) { return s.interval == interval && s.lane != lane; }

static int of_other_block(stamp s) { return s.interval && s.interval < first_interval; }

void lanes_load(char *p, int size, int place) {
    if (++accesses > most_accesses) stop(ENDLESS, place, p);
    if (on_stack(p)) return;
    region *r = region_of(p, size);
    if (!r) { stop(OUTSIDE, place, p); return; }
    r->loads += size;
    if (r->kind == INPUT) return;
    int64_t from = (p - r->begin) / r->unit;
    if ((p - r->begin) % r->unit || size < r->unit) { find(CUT, place, r, 0, p); return; }
    for (int64_t q = from; q < from + size / r->unit; q++) {
        stamp *stored = &r->stored[q], *loaded = &r->loaded[q];
        if (!stored->interval) { find(UNWRITTEN, place, r, 0, p); stored->interval = 1; stored->lane = lane; }
        else if (of_other_lane(*stored) || stored->lane == MANY) find(RACE, place, r, stored->lane, p);
        else if (of_other_block(*stored) && stored->interval > 1) find(OTHER_BLOCK, place, r, stored->lane, p);
        if (loaded->interval == interval && loaded->lane != lane) loaded->lane = MANY;
        else *loaded = (stamp){interval, lane};
    }
}

void lanes_store(char *p, int size, int64_t value, int place) {
    if (++accesses > most_accesses) stop(ENDLESS, place, p);
    if (on_stack(p)) return;
    region *r = region_of(p, size);
    if (!r || r->kind == INPUT) { stop(OUTSIDE, place, p); return; }
    r->stores += size;
    int64_t from = (p - r->begin) / r->unit;
    if ((p - r->begin) % r->unit || size < r->unit) { find(CUT, place, r, 0, p); return; }
    int same = !memcmp(p, &value, size), twice = same ? SAME_VALUE : r->kind == OUTPUT ? RACE : UNREAD;
    for (int64_t q = from; q < from + size / r->unit; q++) {
        stamp *stored = &r->stored[q], *loaded = &r->loaded[q];
        int many = of_other_lane(*stored) && !same;
        if (of_other_lane(*stored)) find(twice, place, r, stored->lane, p);
        else if (of_other_lane(*loaded)) find(same ? SAME_VALUE : RACE, place, r, loaded->lane, p);
        else if (of_other_block(*stored) && stored->interval > 1) find(OTHER_BLOCK, place, r, stored->lane, p);
        *stored = (stamp){interval, many ? MANY : lane};
    }
}

/* ---- what a kernel asks ---- */

int lanes_lane(void) { return lane; }
int lanes_count(void) { return lanes; }
int lanes_block(void) { return block; }
int lanes_blocks(void) { return blocks; }
int lanes_dynamic_bytes(void) { return dynamic_bytes; }
int lanes_zero(void) { return 0; }
int lanes_one(void) { return 1; }

void lanes_barrier(int number) {
    if (lane == 0) passed[number]++;
    if (number == removed) return;
    waiting_at[lane] = number;
    swapcontext(&contexts[lane], &scheduler);
}

void lanes_enter(int basic_block) { entered[lane * n_blocks + basic_block]++; }

/* ---- the block ---- */

static void start_lane(void) {
    entry(arguments);
    finished[lane] = 1;
    waiting_at[lane] = 0;
    swapcontext(&contexts[lane], &scheduler);
}

static void arrange(int *turn) {
    int n = 0;
    if (order == ODD_FIRST) {
        for (int i = 1; i < lanes; i += 2) turn[n++] = i;
        for (int i = 0; i < lanes; i += 2) turn[n++] = i;
        return;
    }
    for (; n < lanes; n++) turn[n] = order == REVERSED ? lanes - 1 - n : n;
    if (order == SHUFFLED)
        for (int i = lanes - 1; i > 0; i--) {
            int j = (int)(next_random() % (uint64_t)(i + 1)), kept = turn[i];
            turn[i] = turn[j];
            turn[j] = kept;
        }
}

static void run_block(void) {
    int turn[MOST_LANES], running = 1;
    for (int i = 0; i < lanes; i++) {
        getcontext(&contexts[i]);
        contexts[i].uc_stack.ss_sp = stacks + (int64_t)i * STACK;
        contexts[i].uc_stack.ss_size = STACK;
        contexts[i].uc_link = NULL;
        makecontext(&contexts[i], start_lane, 0);
        finished[i] = 0;
    }
    first_interval = interval + 1;
    while (running) {
        interval++;
        intervals++;
        running = 0;
        arrange(turn);
        for (int k = 0; k < lanes; k++) {
            lane = turn[k];
            if (finished[lane]) continue;
            swapcontext(&scheduler, &contexts[lane]);
            if (stopped) return;
            running += !finished[lane];
        }
        for (lane = 1; lane < lanes; lane++)
            if (waiting_at[lane] != waiting_at[0]) find(DIVERGED, waiting_at[lane], NULL, waiting_at[0], NULL);
    }
}

void run(kernel of, int64_t *with, int threads, int grid, int bytes) {
    if (!stacks) stacks = aligned_alloc(4096, (int64_t)MOST_LANES * STACK);
    entry = of, arguments = with, lanes = threads, blocks = grid, dynamic_bytes = bytes, stopped = 0;
    for (block = 0; block < blocks && !stopped; block++) {
        for (region *r = regions; r < regions + n_regions; r++)
            if (r->kind == SHARED) {   /* shared memory is undefined when a block begins: NaN, and -1 as integer */
                memset(r->begin, 0xFF, r->end - r->begin);
                memset(r->stored, 0, ((r->end - r->begin) / r->unit + 1) * sizeof(stamp));
            }
        run_block();
    }
}
