/* Stands between a process and its files: counts every call that changes one below a folder, and lets a chosen call fail.

   A seccomp filter sends such system calls to a handler in this process, from whatever library they come: interposing
   functions of libc would miss Tantivy, whose renames are system calls of its own. Only calls made at one address, the
   instruction after `gate`, pass the filter: the handler's own.

   Not seen: writes through a memory map. Only SQLite's -shm file is written so; it is made anew from the log after a
   crash (https://www.sqlite.org/walformat.html, section 2.2), and its creation and length are seen like any other. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>

enum { NONE, BEFORE, AFTER, TORN, SHORT, ERROR, FULL, BROKEN };

/* Shared with Python (recording.py), which maps it before it forks: the numbers outlive a killed process. */
struct control {
    int32_t lock;
    int32_t kind;      /* what happens at call `at` */
    int32_t code;      /* errno of ERROR (once), FULL (ENOSPC from then on) and BROKEN (EIO from then on) */
    int32_t fraction;  /* how much of a torn or short write is written, in 256ths */
    int32_t log;       /* file descriptor of the record of all calls, -1: none */
    int32_t syncs;     /* whether fsync reaches the disk; a killed process leaves its writes in memory all the same */
    int64_t at;        /* which call, from 1; 0: none */
    int64_t count;     /* calls so far */
    int64_t hit;       /* the call at which it happened */
    int64_t place;     /* what the work under test says of itself: pages taken, phases ended */
    char call[8];      /* kind of the call that was hit */
    char root[256];    /* below which folder */
};

static struct control *control;

extern long gate(long number, long a, long b, long c, long d, long e, long f);
extern char gate_end[];
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
__asm__(".text\n.type gate,@function\n.globl gate\ngate:\n"
        "mov %rdi,%rax\nmov %rsi,%rdi\nmov %rdx,%rsi\nmov %rcx,%rdx\nmov %r8,%r10\nmov %r9,%r8\nmov 8(%rsp),%r9\n"
        "syscall\n.globl gate_end\ngate_end:\nret\n");
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
__asm__(".text\n.type gate,%function\n.globl gate\ngate:\n"
        "mov x8,x0\nmov x0,x1\nmov x1,x2\nmov x2,x3\nmov x3,x4\nmov x4,x5\nmov x5,x6\n"
        "svc #0\n.globl gate_end\ngate_end:\nret\n");
#else
#error "only x86_64 and aarch64"
#endif

struct call {
    char kind; /* c create, w write, t truncate, s sync, r rename, u unlink, k mkdir, x rmdir, l link, o other */
    long number;
    long arguments[6];
    int64_t file, offset, length;
    const char *data;
    char path[PATH_MAX], other[PATH_MAX];
};

static long pass(const struct call *c) {
    const long *a = c->arguments;
    return gate(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- whose file is it ------------------------------------------------------------------------------------------------ */

static int below(const char *path) {
    size_t length = strlen(control->root);
    return length && !strncmp(path, control->root, length) && (path[length] == '/' || !path[length]);
}

static void name_of(long fd, char *path) {
    char link[32] = "/proc/self/fd/", digits[12];
    int used = 0, end = 14;
    do { digits[used++] = '0' + fd % 10; fd /= 10; } while (fd);
    while (used) link[end++] = digits[--used];
    link[end] = 0;
    long got = gate(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, PATH_MAX - 1, 0, 0);
    path[got > 0 ? got : 0] = 0;
}

static void resolve(long folder, const char *given, char *path) {
    size_t length = 0;
    if (given[0] != '/') {
        if ((int)folder == AT_FDCWD) {
            long got = gate(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/cwd", (long)path, PATH_MAX - 1, 0, 0);
            path[got > 0 ? got : 0] = 0;
        } else {
            name_of(folder, path);
        }
        length = strlen(path);
        path[length++] = '/';
    }
    strncpy(path + length, given, PATH_MAX - length - 1);
    path[PATH_MAX - 1] = 0;
}

static int64_t file_of(long folder, const char *path, long flags) {
    struct stat found;
#if defined(SYS_newfstatat)
    long status = gate(SYS_newfstatat, folder, (long)path, (long)&found, flags, 0, 0);
#else
    long status = gate(SYS_fstatat, folder, (long)path, (long)&found, flags, 0, 0);
#endif
    return status ? 0 : (int64_t)found.st_ino;
}

/* --- what is asked for ------------------------------------------------------------------------------------------------ */

static int opened(struct call *c, long folder, const char *path, long flags) {
    resolve(folder, path, c->path);
    if (!below(c->path)) return 0;
    int there = file_of(AT_FDCWD, c->path, 0) != 0;
    if ((flags & O_TMPFILE) == O_TMPFILE) c->kind = 'o';
    else if ((flags & O_CREAT) && !there) c->kind = 'c';
    else if ((flags & O_TRUNC) && there) c->kind = 't';
    return c->kind;
}

static int on_file(struct call *c, char kind, long fd) {
    name_of(fd, c->path);
    if (!below(c->path)) return 0;
    c->file = file_of(fd, "", AT_EMPTY_PATH);
    return c->kind = kind;
}

static int written(struct call *c, long fd, const void *data, int64_t length, int64_t offset) {
    if (!on_file(c, 'w', fd)) return 0;
    c->data = data;
    c->length = length;
    if (offset < 0) {
        long flags = gate(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);
        offset = gate(SYS_lseek, fd, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR, 0, 0, 0);
    }
    c->offset = offset;
    return 'w';
}

static int named(struct call *c, char kind, long folder, long path) {
    resolve(folder, (const char *)path, c->path);
    return below(c->path) ? (c->kind = kind) : 0;
}

static int renamed(struct call *c, char kind, long from, long path, long to, long other) {
    resolve(from, (const char *)path, c->path);
    resolve(to, (const char *)other, c->other);
    return below(c->path) || below(c->other) ? (c->kind = kind) : 0;
}

static int truncated(struct call *c, long fd, int64_t length) {
    c->length = length;
    return on_file(c, 't', fd);
}

/* Returns the kind of a call that changes a file of ours, 0 for every other call. */
static int understand(struct call *c) {
    const long *a = c->arguments;
    switch (c->number) {
    case SYS_openat: return opened(c, a[0], (const char *)a[1], a[2]);
    case SYS_write: return written(c, a[0], (const void *)a[1], a[2], -1);
    case SYS_pwrite64: return written(c, a[0], (const void *)a[1], a[2], a[3]);
    case SYS_ftruncate: return truncated(c, a[0], a[1]);
    case SYS_fsync: case SYS_fdatasync: return on_file(c, 's', a[0]);
    case SYS_renameat: case SYS_renameat2: return renamed(c, 'r', a[0], a[1], a[2], a[3]);
    case SYS_linkat: return renamed(c, 'l', a[0], a[1], a[2], a[3]);
    case SYS_symlinkat: return named(c, 'l', a[1], a[2]);
    case SYS_unlinkat: return named(c, a[2] & AT_REMOVEDIR ? 'x' : 'u', a[0], a[1]);
    case SYS_mkdirat: return named(c, 'k', a[0], a[1]);
    case SYS_truncate: c->length = a[1]; return named(c, 't', AT_FDCWD, a[0]);
    case SYS_writev: case SYS_pwritev: case SYS_pwritev2: case SYS_fallocate: return on_file(c, 'o', a[0]);
    case SYS_sendfile: return on_file(c, 'o', a[0]);
    case SYS_copy_file_range: case SYS_splice: return on_file(c, 'o', a[2]);
#if defined(__x86_64__)
    case SYS_open: return opened(c, AT_FDCWD, (const char *)a[0], a[1]);
    case SYS_creat: return opened(c, AT_FDCWD, (const char *)a[0], O_CREAT | O_TRUNC);
    case SYS_rename: return renamed(c, 'r', AT_FDCWD, a[0], AT_FDCWD, a[1]);
    case SYS_link: return renamed(c, 'l', AT_FDCWD, a[0], AT_FDCWD, a[1]);
    case SYS_symlink: return named(c, 'l', AT_FDCWD, a[1]);
    case SYS_unlink: return named(c, 'u', AT_FDCWD, a[0]);
    case SYS_rmdir: return named(c, 'x', AT_FDCWD, a[0]);
    case SYS_mkdir: return named(c, 'k', AT_FDCWD, a[0]);
#endif
    default: return 0;
    }
}

static const int TRAPPED[] = {
    SYS_write, SYS_pwrite64, SYS_ftruncate, SYS_fsync, SYS_fdatasync, SYS_renameat, SYS_renameat2,
    SYS_linkat, SYS_symlinkat, SYS_unlinkat, SYS_mkdirat, SYS_truncate, SYS_writev, SYS_pwritev, SYS_pwritev2,
    SYS_fallocate, SYS_sendfile, SYS_copy_file_range, SYS_splice,
#if defined(__x86_64__)
    SYS_creat, SYS_rename, SYS_link, SYS_symlink, SYS_unlink, SYS_rmdir, SYS_mkdir,
#endif
};

/* --- what happens ----------------------------------------------------------------------------------------------------- */

static void lock(void) {
    while (__atomic_exchange_n(&control->lock, 1, __ATOMIC_ACQUIRE)) gate(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

static void unlock(void) { __atomic_store_n(&control->lock, 0, __ATOMIC_RELEASE); }

static void die(void) { gate(SYS_kill, gate(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGKILL, 0, 0, 0, 0); }

static long part(struct call *c) {
    if (c->kind != 'w' || c->length < 2) return -EAGAIN;
    c->length = c->length * control->fraction / 256;
    if (c->length < 1) c->length = 1;
    c->arguments[2] = c->length;
    return pass(c);
}

static long perform(struct call *c) {
    if (c->kind == 's' && !control->syncs) return 0;
    return pass(c);
}

/* What a full disk still does: it gives room back, and keeps what it took. */
static int needs_room(char kind) { return strchr("cwklo", kind) != NULL; }

static long happen(struct call *c) {
    switch (control->kind) {
    case BEFORE: die(); break;
    case AFTER: perform(c); die(); break;
    case TORN: part(c); die(); break;
    case SHORT: return c->kind == 'w' && c->length > 1 ? part(c) : perform(c);
    case FULL: if (c->kind == 'w' && c->length > 1) return part(c); break;
    }
    return -control->code;
}

static long decide(struct call *c) {
    int64_t number = ++control->count;
    if (control->at && number == control->at) {
        control->hit = number;
        control->call[0] = c->kind;
        return happen(c);
    }
    int lasts = control->at && control->hit;
    if (lasts && control->kind == BROKEN) return -control->code;
    if (lasts && control->kind == FULL && needs_room(c->kind)) return -control->code;
    return perform(c);
}

struct entry {
    char kind, unused[7];
    int64_t file, offset, length;
    int32_t path, other;
};

static void note(const struct call *c) {
    struct entry entry = {.kind = c->kind, .file = c->file, .offset = c->offset, .length = c->length};
    entry.path = strlen(c->path);
    entry.other = strlen(c->other);
    long log = control->log;
    gate(SYS_write, log, (long)&entry, sizeof entry, 0, 0, 0);
    gate(SYS_write, log, (long)c->path, entry.path, 0, 0, 0);
    gate(SYS_write, log, (long)c->other, entry.other, 0, 0, 0);
    if (c->kind == 'w') gate(SYS_write, log, (long)c->data, c->length, 0, 0, 0);
}

static long handle(struct call *c) {
    if (!understand(c)) return pass(c);
    lock();
    long result = decide(c);
    if (control->log >= 0) {
        if (result < 0) c->kind = '-';  /* it changed nothing, but it has its number */
        if (c->kind == 'w') c->length = result;
        if (c->kind == 'c') c->file = file_of(result, "", AT_EMPTY_PATH);
        note(c);
    }
    unlock();
    return result;
}

static void trapped(int number, siginfo_t *information, void *context) {
    (void)number;
    struct call c;
    ucontext_t *user = context;
    memset(&c, 0, offsetof(struct call, path));
    c.path[0] = c.other[0] = 0;
    c.number = information->si_syscall;
#if defined(__x86_64__)
    static const int places[6] = {REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9};
    for (int i = 0; i < 6; i++) c.arguments[i] = user->uc_mcontext.gregs[places[i]];
    user->uc_mcontext.gregs[REG_RAX] = handle(&c);
#else
    for (int i = 0; i < 6; i++) c.arguments[i] = user->uc_mcontext.regs[i];
    user->uc_mcontext.regs[0] = handle(&c);
#endif
}

/* --- for Python ------------------------------------------------------------------------------------------------------- */

int faults_size(void) { return sizeof(struct control); }

/* Writes down what the work under test says of itself, in the order of its calls. */
void faults_mark(long place) {
    lock();
    control->place = place;
    if (control->log >= 0) {
        struct entry entry = {.kind = 'm', .offset = place};
        gate(SYS_write, control->log, (long)&entry, sizeof entry, 0, 0, 0);
    }
    unlock();
}

/* Stands between this process, the threads it will start, and its files, for good. Returns 0 or errno. */
int faults_install(struct control *shared) {
    control = shared;
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, NULL)) return errno;
    struct sock_filter filter[20 + 2 * (sizeof TRAPPED / sizeof *TRAPPED) + 1];
    int used = 0;
    uint64_t end = (uint64_t)gate_end;
#define ADD(...) filter[used++] = (struct sock_filter)__VA_ARGS__
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)end, 0, 3));
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(end >> 32), 0, 1));
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    /* Opening to read passes by: glibc reads a file of /proc while a thread ends and all its signals are blocked. */
    const int opens[][2] = {
        {SYS_openat, 2},
#if defined(__x86_64__)
        {SYS_open, 1},
#endif
    };
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, opens[i][0], 0, 4));
        ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * opens[i][1]));
        ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY), 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    for (size_t i = 0; i < sizeof TRAPPED / sizeof *TRAPPED; i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TRAPPED[i], 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    }
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    struct sock_fprog program = {.len = used, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return errno;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return errno;
    return 0;
}
