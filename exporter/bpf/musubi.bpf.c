/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel side of Musubi: counts connections where they begin and end, folded into one record per
 * dependency and process, however many there are.
 *
 *   inet_sock_set_state ─┐
 *   cgroup UDP hooks ────┼─▶ `conns`: what is known of one socket ─▶ `edges`: what is counted of one dependency
 *   the walk over files ─┘
 *
 * A TCP connection that lives for no more than a look or two never gets to `conns`, see `struct young`.
 *
 * Nothing runs per packet or per TCP message: bytes, retransmits and round-trip times stand in the socket, and
 * are entered when it ends and whenever user space walks over all open files. No kprobe and no fentry, which not
 * every kernel loads.
 *
 * Needs Linux 5.14: socket storage in tracing programs, bpf_sock_from_file (5.11), atomic exchange (5.12); and user
 * space looks up and deletes in one step (5.14).
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* The helpers used here are for programs that the GPL covers too. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* ---- What user space reads. Its twin is exporter/src/capture/ebpf/layout.ts. ---- */

enum direction { ASKED = 0, SERVED = 1, UNKNOWN = 2 };

enum failure { REFUSED, TIMEOUT, RESET, HOST_UNREACHABLE, NET_UNREACHABLE, CANCELLED, OTHER, FAILURES };

enum { SETUP_BUCKETS = 8 };

/* An IPv4 address is kept as its IPv4-mapped IPv6 address: a dual-stack socket cannot tell them apart either. */
struct address {
	__u32 word[4];
};

/* A dependency as this host sees it. Padding is spelt out: the kernel compares keys byte by byte. */
struct edge_key {
	struct address local;
	struct address remote;
	__u32 netns;
	__u32 pid;
	__u32 image;     /* see `image_of`; 0 where nobody saw the process act */
	__u16 port;      /* the one on which the destination listens; the own one where nobody knows who does */
	__u16 peer_port; /* 0 but where the direction is unknown and both ends chose their ports */
	__u8 transport;
	__u8 direction;
	__u8 folded; /* stands for dependencies that found no place in `edges` */
	__u8 pad;
};

struct edge {
	__u64 born; /* ns since boot: tells a record from a later one with the same key */
	__u64 opened;
	__s64 open;
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u64 setup_sum; /* ns */
	__u64 rtt_sum;   /* µs, of the last walk */
	__u32 rtt_count;
	__u32 walk;
	__u32 failed[FAILURES];
	__u32 setup[SETUP_BUCKETS];
	__u32 pad;
};

struct process_key {
	__u32 pid;
	__u32 image;
};

struct process {
	__u64 started; /* ns since boot */
	__u64 cgroup;
	__u32 parent;
	__u32 args_length;
	char comm[16];
	char executable[64];
	char args[256];
};

enum { LEVELS = 10, LEVEL_NAME = 96, PATH = 960 };

_Static_assert(PATH == LEVELS * LEVEL_NAME, "a name for each level");

/* Where a cgroup is in the hierarchy of version 2. */
struct cgroup_path {
	__u32 levels;
	__u32 complete; /* up to the root */
	char names[PATH]; /* the innermost first */
};

/* A connection as the socket at one of its ends has it. */
struct end_key {
	struct address local;
	struct address remote;
	__u16 local_port;
	__u16 peer_port;
	__u8 transport;
	__u8 direction;
	__u16 pad;
};

enum { TRACE_OPEN = 1, TRACE_OVER, TRACE_FAILED };

/* What became of it. */
struct trace {
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u8 state;
	__u8 failure;
	__u8 counted; /* as opened, on its record */
	__u8 pad;
};

/* Written by user space. */
struct control {
	__u64 sure_after; /* ns since boot; see `unsure` */
	__u32 walk;       /* number of the walk under way */
	__u32 seeded;     /* whether every socket older than this program has been met */
	__u32 tracing;    /* whether to leave traces of single connections */
	__u32 pad;
};

/* Written here. */
struct health {
	__u64 folded;
	__u64 lost; /* sockets for which there was no memory */
	__u64 sockets;
};

enum { ROW_LISTENER = 1, ROW_UNIX = 2 };

enum { MAX_NAME = 108 }; /* include/uapi/linux/un.h, UNIX_PATH_MAX */

struct listener_row {
	__u16 kind;
	__u16 port;
	__u32 netns;
	__u32 pid;
	__u8 transport;
	__u8 ipv6_only;
	__u16 pad;
	struct address local;
};

struct unix_row {
	__u16 kind;
	__u16 name_length;
	__u32 netns;
	__u32 pid;
	__u32 listens;
	/* Kernel addresses, as identities alone: an accepted socket shares its listener's name object. */
	__u64 socket;
	__u64 peer;
	__u64 name_id;
	__u64 peer_name_id;
	__u64 inode;
	char name[MAX_NAME];
	__u32 pad;
};

/* ---- What is known of one socket ---- */

enum stage {
	NEW,       /* nothing */
	LISTENING, /* a listener; or a connection that comes through it */
	ASKING,    /* has asked and not been answered */
	FOUND,     /* was there before this program, and has not been counted yet */
	SETTLED,   /* its key is complete, it has been counted */
};

enum { NOT_COUNTED, OPEN, OVER };

struct conn {
	struct edge_key key;
	__u64 asked; /* ns since boot; UDP: it has asked */
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u32 stage;
	__u32 open;
	__u32 walk;  /* the last that met it */
	__u8 old;    /* UDP: was there before this program */
	__u8 served; /* UDP: someone asked it */
	__u8 group;  /* UDP: it has asked many at once, so anyone may answer */
	__u8 repeat; /* UDP: its connection has been counted before, as a conversation */
	__u32 seen;  /* UDP: walks that met it connected */
	__u16 local_port;
	__u16 peer_port;
	__u8 counted; /* as opened */
	__u8 traced;
	__u8 pad[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct conn);
} musubi_conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct edge_key);
	__type(value, struct edge);
} musubi_edges SEC(".maps");

enum { FOLDS = 8 };

/* What found no place in `edges`: by transport and direction. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FOLDS);
	__type(key, __u32);
	__type(value, struct edge);
} musubi_folds SEC(".maps");

/* Those who asked or listen: a process may be gone before user space looks. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct process_key);
	__type(value, struct process);
} musubi_procs SEC(".maps");

enum { RECENT = 256 };

/* The last few of them: an array is looked up in no time. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RECENT);
	__type(key, __u32);
	__type(value, struct process_key);
} musubi_recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct process);
} musubi_noproc SEC(".maps");

/* Their cgroups, by id: one that a container or unit had to itself goes with it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct cgroup_path);
} musubi_cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cgroup_path);
} musubi_nocgroup SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct control);
} musubi_control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct health);
} musubi_health SEC(".maps");

/* Single connections, for where their addresses are translated: then those of one record may go to several places. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct end_key);
	__type(value, struct trace);
} musubi_traces SEC(".maps");

static const __u32 FIRST = 0;

#define lookup_first(map) bpf_map_lookup_elem(map, &FIRST)

static __always_inline void count_health(int lost, int folded)
{
	struct health *health = lookup_first(&musubi_health);

	if (!health)
		return;
	if (lost)
		__sync_fetch_and_add(&health->lost, 1);
	if (folded)
		__sync_fetch_and_add(&health->folded, 1);
}

/* A pointer as a plain number: the verifier lets no program reckon with pointers, but what is added up has no type. */
static __always_inline __u64 address_of(void *object)
{
	__u64 sum = 0;

	__sync_fetch_and_add(&sum, (__u64)object);
	return *(volatile __u64 *)&sum;
}

/* The kernel's own view of what the program holds by another type, from which any field can be read. */
static __always_inline void *kernel_view(void *object)
{
	return (void *)address_of(object);
}

/* ---- Addresses ---- */

static __always_inline void put_ipv4(struct address *to, __u32 address)
{
	to->word[0] = 0;
	to->word[1] = 0;
	to->word[2] = bpf_htonl(0xffff);
	to->word[3] = address;
}

static __always_inline void put_ipv6(struct address *to, const struct in6_addr *address)
{
	to->word[0] = address->in6_u.u6_addr32[0];
	to->word[1] = address->in6_u.u6_addr32[1];
	to->word[2] = address->in6_u.u6_addr32[2];
	to->word[3] = address->in6_u.u6_addr32[3];
}

static __always_inline bool is_ipv4(const struct address *address)
{
	return !address->word[0] && !address->word[1] && address->word[2] == bpf_htonl(0xffff);
}

static __always_inline bool is_any(const struct address *address)
{
	return !address->word[0] && !address->word[1] && !address->word[3] &&
	       (!address->word[2] || address->word[2] == bpf_htonl(0xffff));
}

static __always_inline bool is_group(const struct address *address)
{
	__u8 first = address->word[0] & 0xff, ipv4_first = address->word[3] & 0xff;

	return is_ipv4(address) ? ipv4_first >= 224 : first == 0xff;
}

/* Fills in what the socket itself tells: both ends, its namespace and the destination's port. */
static __always_inline void put_ends(struct edge_key *key, struct sock *sk)
{
	struct sock_common *common = &sk->__sk_common;

	if (common->skc_family == AF_INET6) {
		put_ipv6(&key->local, &common->skc_v6_rcv_saddr);
		put_ipv6(&key->remote, &common->skc_v6_daddr);
	} else {
		put_ipv4(&key->local, common->skc_rcv_saddr);
		put_ipv4(&key->remote, common->skc_daddr);
	}
	key->netns = common->skc_net.net->ns.inum;
	key->port = key->direction == ASKED ? bpf_ntohs(common->skc_dport) : common->skc_num;
}

/* ---- Traces ---- */

static __always_inline bool is_tracing(void)
{
	struct control *control = lookup_first(&musubi_control);

	return control && control->tracing;
}

static __always_inline void leave_trace(const struct edge_key *key, __u16 local_port, __u16 peer_port,
					struct trace *trace)
{
	struct end_key end = {
		.local_port = local_port,
		.peer_port = peer_port,
		.transport = key->transport,
		.direction = key->direction,
	};

	end.local = key->local;
	end.remote = key->remote;
	trace->netns = key->netns;
	trace->pid = key->pid;
	trace->image = key->image;
	bpf_map_update_elem(&musubi_traces, &end, trace, BPF_ANY);
}

static __always_inline void trace_conn(struct conn *conn, __u8 state, __u8 failure)
{
	struct trace trace = { .state = state, .failure = failure, .counted = conn->counted };

	if (!is_tracing())
		return;
	conn->traced = 1;
	leave_trace(&conn->key, conn->local_port, conn->peer_port, &trace);
}

static __always_inline void put_ports(struct conn *conn, struct sock *sk)
{
	conn->local_port = sk->__sk_common.skc_num;
	conn->peer_port = bpf_ntohs(sk->__sk_common.skc_dport);
}

/* ---- Counting ---- */

/* The record of a dependency. With the table full the key is folded, and stays so for what it counts later. */
static __always_inline struct edge *edge_of(struct edge_key *key)
{
	struct edge *edge;

	if (!key->folded) {
		edge = bpf_map_lookup_elem(&musubi_edges, key);
		if (edge)
			return edge;

		struct edge fresh = { .born = bpf_ktime_get_ns() };

		bpf_map_update_elem(&musubi_edges, key, &fresh, BPF_NOEXIST);
		edge = bpf_map_lookup_elem(&musubi_edges, key);
		if (edge)
			return edge;
		key->folded = 1;
		count_health(0, 1);
	}

	__u32 index = ((key->transport == IPPROTO_UDP) << 2 | key->direction) & (FOLDS - 1);

	return bpf_map_lookup_elem(&musubi_folds, &index);
}

static __always_inline void count_setup(struct edge *edge, __u64 asked)
{
	__u64 time = bpf_ktime_get_ns() - asked;
	__u32 bucket = time <= 1000000ull      ? 0
		       : time <= 5000000ull    ? 1
		       : time <= 25000000ull   ? 2
		       : time <= 100000000ull  ? 3
		       : time <= 500000000ull  ? 4
		       : time <= 1500000000ull ? 5
		       : time <= 3500000000ull ? 6
					       : 7;

	__sync_fetch_and_add(&edge->setup_sum, time);
	__sync_fetch_and_add(&edge->setup[bucket], 1);
}

static __always_inline void enter(struct conn *conn, struct edge *edge)
{
	if (__sync_val_compare_and_swap(&conn->open, NOT_COUNTED, OPEN) == NOT_COUNTED)
		__sync_fetch_and_add(&edge->open, 1);
}

static __always_inline void leave(struct conn *conn)
{
	struct edge *edge;

	/* Whoever enters it too late, on another CPU, finds it over. */
	if (conn->open == OVER || __sync_lock_test_and_set(&conn->open, OVER) != OPEN)
		return;
	edge = edge_of(&conn->key);
	if (edge)
		__sync_fetch_and_add(&edge->open, -1);
}

/* Enters a connection opened since this program began. */
static __always_inline struct edge *settle(struct conn *conn, struct sock *sk, __u32 pid)
{
	__u32 stage = conn->stage;
	struct edge *edge;

	if (__sync_val_compare_and_swap(&conn->stage, stage, SETTLED) != stage)
		return NULL;
	conn->key.direction = stage == LISTENING ? SERVED : ASKED;
	if (!conn->key.pid)
		conn->key.pid = pid;
	put_ends(&conn->key, sk);
	put_ports(conn, sk);
	edge = edge_of(&conn->key);
	if (!edge)
		return NULL;
	__sync_fetch_and_add(&edge->opened, 1);
	enter(conn, edge);
	conn->counted = 1;
	trace_conn(conn, TRACE_OPEN, 0);
	return edge;
}

static __always_inline void grow(__u64 *total, __u64 *entered, __u64 now)
{
	__u64 before;

	if (now == *entered)
		return;
	before = __sync_lock_test_and_set(entered, now);
	/* Two CPUs may get here in either order. */
	if (now > before)
		__sync_fetch_and_add(total, now - before);
}

enum { SOCK_DONE = 1, SHUTDOWN_MASK = 3 }; /* include/net/sock.h */

/* A FIN counts as a byte received (net/ipv4/tcp_input.c, tcp_rcv_nxt_update); it sets SOCK_DONE (tcp_fin). */
static __always_inline __u64 received_payload(struct sock *sk, struct tcp_sock *tcp)
{
	__u64 received = tcp->bytes_received;

	return received && sk->__sk_common.skc_flags & (1 << SOCK_DONE) ? received - 1 : received;
}

/*
 * A walk may have counted a FIN as a byte, before the kernel told that it was one. The end knows better; user space
 * does not count what goes back, and counts on from where it had been.
 */
static __always_inline void correct_received(struct edge *edge, struct conn *conn, __u64 received)
{
	__u64 before = conn->received;

	if (received < before && __sync_val_compare_and_swap(&conn->received, before, received) == before)
		__sync_fetch_and_add(&edge->received, received - before);
}

static __always_inline void enter_traffic(struct edge *edge, struct conn *conn, struct sock *sk,
					  struct tcp_sock *tcp)
{
	grow(&edge->transmitted, &conn->transmitted, tcp->bytes_sent - tcp->bytes_retrans);
	grow(&edge->received, &conn->received, received_payload(sk, tcp));
	grow(&edge->retransmits, &conn->retransmits, tcp->total_retrans);
}

static __always_inline bool has_traffic(struct conn *conn, struct sock *sk, struct tcp_sock *tcp)
{
	return conn->transmitted != tcp->bytes_sent - tcp->bytes_retrans ||
	       conn->received != received_payload(sk, tcp) || conn->retransmits != tcp->total_retrans;
}

/* ---- Processes ---- */

static __always_inline __u32 current_pid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

/* Tells a process from another with its pid: one that had it before, or itself before it called execve(2). */
static __always_inline __u32 image_of(__u64 started, struct mm_struct *mm)
{
	return ((started ^ (__u64)mm) * 0x9e3779b97f4a7c15ull >> 32) | 1;
}

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___before_6_15 *before = (void *)node;

	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ(before, parent);
}

/* Keeps where the cgroup of a task is, once, and gives its id. */
static __always_inline __u64 keep_cgroup(struct task_struct *task)
{
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn), *parent;
	__u64 id = BPF_CORE_READ(node, id);
	void *nothing = lookup_first(&musubi_nocgroup);
	struct cgroup_path *path;
	__u32 level;

	if (!nothing || bpf_map_lookup_elem(&musubi_cgroups, &id))
		return id;
	bpf_map_update_elem(&musubi_cgroups, &id, nothing, BPF_NOEXIST);
	path = bpf_map_lookup_elem(&musubi_cgroups, &id);
	if (!path)
		return id;
	for (level = 0; level < LEVELS; level++) {
		parent = parent_of(node);
		if (!parent)
			break;
		bpf_probe_read_kernel_str(path->names + level * LEVEL_NAME, LEVEL_NAME, BPF_CORE_READ(node, name));
		node = parent;
	}
	path->levels = level;
	path->complete = !parent_of(node);
	return id;
}

/* Keeps what names the current process, once. */
static __always_inline struct process_key keep_process(struct task_struct *task, __u64 started, struct mm_struct *mm)
{
	struct process_key process_key = { .pid = current_pid(), .image = image_of(started, mm) };
	__u32 slot = process_key.pid & (RECENT - 1);
	struct process_key *recent = bpf_map_lookup_elem(&musubi_recent, &slot);
	struct process *process;
	unsigned long start, length;
	void *nothing;

	if (!recent || (recent->pid == process_key.pid && recent->image == process_key.image))
		return process_key;
	*recent = process_key;
	if (bpf_map_lookup_elem(&musubi_procs, &process_key))
		return process_key;
	nothing = lookup_first(&musubi_noproc);
	if (!nothing)
		return process_key;
	bpf_map_update_elem(&musubi_procs, &process_key, nothing, BPF_NOEXIST);
	process = bpf_map_lookup_elem(&musubi_procs, &process_key);
	if (!process)
		return process_key;
	process->started = started;
	process->cgroup = keep_cgroup(task);
	BPF_CORE_READ_INTO(&process->comm, task, group_leader, comm);
	process->parent = BPF_CORE_READ(task, group_leader, real_parent, tgid);
	if (!mm)
		return process_key; /* a kernel thread */
	bpf_probe_read_kernel_str(process->executable, sizeof(process->executable),
				  BPF_CORE_READ(mm, exe_file, f_path.dentry, d_name.name));
	start = BPF_CORE_READ(mm, arg_start);
	length = BPF_CORE_READ(mm, arg_end) - start;
	if (length > sizeof(process->args))
		length = sizeof(process->args);
	if (bpf_probe_read_user(process->args, length, (void *)start) == 0)
		process->args_length = length;
	return process_key;
}

static __always_inline void put_process(struct edge_key *key)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct process_key process =
		keep_process(task, BPF_CORE_READ(task, group_leader, start_boottime), BPF_CORE_READ(task, mm));

	key->pid = process.pid;
	key->image = process.image;
}

/* The same for tracing programs, to which the kernel gives a task whose fields take no call to read. */
static __always_inline struct process_key traced_process(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return keep_process(task, task->group_leader->start_boottime, kernel_view(task->mm));
}

/* ---- Where what is known of a TCP connection is kept ---- */

static __always_inline struct conn *storage_of(struct sock *sk)
{
	return bpf_sk_storage_get(&musubi_conns, sk, NULL, 0);
}

/* Makes it where there is none. */
static __always_inline struct conn *create_storage(struct sock *sk)
{
	struct conn *conn = bpf_sk_storage_get(&musubi_conns, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!conn)
		count_health(1, 0);
	return conn;
}

/*
 * Storage of a socket's own takes the kernel longer to make and to free than all else that is done here for a
 * connection. So a young one has a place in a table, found by the socket's address, and moves to its socket when a walk
 * meets it a second time. Where the table has no place for it, it is kept in its socket from the start.
 *
 * What one processor has written, another waits for; and the process that ends a connection mostly runs on another than
 * the soft interrupts of its packets. So the event of its end writes nothing into the place if it can.
 */
struct young {
	__u64 sk; /* address of the socket, and one of the below; 0: a free place */
	__u64 asked;
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u32 pid;
	__u32 image;
	__u16 local_port; /* an ended socket has none */
	__u8 stage;
	__u8 open;
	__u8 direction;
	__u8 folded;
	__u8 counted;
	__u8 traced;
	__u64 met; /* ns since boot */
};

enum { YOUNG = 2048 };

enum {
	MET = 1,    /* a walk may move it */
	ENDING = 2, /* and no more */
};

/* To be mapped into memory, it begins with a page; so each place is in one line of the processor's cache. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, YOUNG);
	__type(key, __u32);
	__type(value, struct young);
} musubi_young SEC(".maps");

/* Each address has two places, side by side. */
static __always_inline struct young *place_of(__u64 address, __u32 side)
{
	__u32 place = (address * 0x9e3779b97f4a7c15ull >> 32 ^ side) & (YOUNG - 1);

	return bpf_map_lookup_elem(&musubi_young, &place);
}

static __always_inline bool is_place_of(struct young *young, __u64 address)
{
	return young && (young->sk & ~3ull) == address;
}

static __always_inline struct young *young_of(__u64 address)
{
	struct young *young = place_of(address, 0);

	if (is_place_of(young, address))
		return young;
	young = place_of(address, 1);
	return is_place_of(young, address) ? young : NULL;
}

static __always_inline bool take(struct young *young, __u64 address)
{
	return young && !young->sk && __sync_val_compare_and_swap(&young->sk, 0, address) == 0;
}

static __always_inline struct young *take_place(__u64 address)
{
	struct young *young = place_of(address, 0);

	if (take(young, address))
		return young;
	young = place_of(address, 1);
	return take(young, address) ? young : NULL;
}

/* The kernel tells of one socket's changes one after the other; but a walk may be about to move it. */
static __always_inline bool change_place(struct young *young, __u64 from, __u64 to)
{
	return __sync_val_compare_and_swap(&young->sk, from, to) == from;
}

/* What is known of a young connection, with what its socket tells. */
static __always_inline void grow_up(struct conn *conn, const struct young *young, struct sock *sk)
{
	struct conn grown = { .stage = young->stage, .open = young->open, .asked = young->asked };

	grown.transmitted = young->transmitted;
	grown.received = young->received;
	grown.retransmits = young->retransmits;
	grown.key.transport = IPPROTO_TCP;
	grown.key.pid = young->pid;
	grown.key.image = young->image;
	grown.key.direction = young->direction;
	grown.key.folded = young->folded;
	put_ends(&grown.key, sk);
	put_ports(&grown, sk);
	if (young->local_port)
		grown.local_port = young->local_port;
	if (young->direction == SERVED)
		grown.key.port = grown.local_port;
	grown.counted = young->counted;
	grown.traced = young->traced;
	*conn = grown;
}

static __always_inline void keep_young(struct young *young, const struct conn *conn)
{
	young->transmitted = conn->transmitted;
	young->received = conn->received;
	young->retransmits = conn->retransmits;
	young->stage = conn->stage;
	young->open = conn->open;
	young->local_port = conn->local_port;
	young->direction = conn->key.direction;
	young->folded = conn->key.folded;
	young->counted = conn->counted;
	young->traced = conn->traced;
}

/* Keeps what is known of a connection that begins. */
static __always_inline void begin(struct sock *sk, enum stage stage, __u64 asked, const struct process_key *process)
{
	__u64 address = address_of(sk);
	struct young *young = young_of(address);
	struct conn *conn = young ? NULL : storage_of(sk);

	if (!young && !conn)
		young = take_place(address);
	if (young) {
		/* It may be the place of another socket that had this address, and whose end was missed, see `end`. */
		young->sk = address;
		young->asked = asked;
		young->transmitted = 0;
		young->received = 0;
		young->retransmits = 0;
		young->pid = process->pid;
		young->image = process->image;
		young->local_port = 0;
		young->stage = stage;
		young->open = NOT_COUNTED;
		young->direction = 0;
		young->folded = 0;
		young->counted = 0;
		young->traced = 0;
		return;
	}
	if (!conn)
		conn = create_storage(sk);
	if (conn) {
		struct conn fresh = { .stage = stage, .asked = asked };

		fresh.key.transport = IPPROTO_TCP;
		fresh.key.pid = process->pid;
		fresh.key.image = process->image;
		*conn = fresh; /* a socket may ask again after it failed */
	}
}

/*
 * Moves an open connection to its socket. It has been marked by a walk a second ago: an event that did not see that is
 * over. A socket is in a state of being open only once the event that tells so is over, and the next is that of its end:
 * which comes first, decides.
 */
static __always_inline struct conn *move(struct young *young, struct sock *sk, __u64 address)
{
	struct conn *conn = create_storage(sk);

	if (!conn)
		return NULL;
	grow_up(conn, young, sk);
	if (change_place(young, address | MET, 0))
		return conn;
	conn->stage = NEW;
	conn->open = OVER;
	return NULL;
}

/* Whose the connections are that come through a listener, by its address. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct process_key);
} musubi_listening SEC(".maps");

static __always_inline void note_listener(__u64 address, const struct edge_key *key)
{
	struct process_key process = { .pid = key->pid, .image = key->image };

	bpf_map_update_elem(&musubi_listening, &address, &process, BPF_ANY);
}

/* ---- TCP ---- */

/* In the process that calls connect(2), or sends with MSG_FASTOPEN, or a worker of its io_uring. */
static __always_inline void asks(struct sock *sk)
{
	struct process_key process = traced_process();

	begin(sk, ASKING, bpf_ktime_get_ns(), &process);
}

static __always_inline void listens(struct sock *sk)
{
	struct conn *conn = create_storage(sk);
	struct conn fresh = { .stage = LISTENING };
	struct process_key process;

	if (!conn)
		return;
	process = traced_process();
	fresh.key.transport = IPPROTO_TCP;
	fresh.key.pid = process.pid;
	fresh.key.image = process.image;
	*conn = fresh;
	note_listener(address_of(sk), &fresh.key);
}

/*
 * A connection that comes through a listener is at first a copy of it (net/ipv4/inet_connection_sock.c,
 * inet_csk_clone_lock). An empty list's head points to itself, and the copy's still to the listener's own.
 */
static __always_inline void is_asked(struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct process_key nobody = {}, *process;
	__u64 listener;

	if (!tcp)
		return;
	listener = address_of(tcp->tsorted_sent_queue.next) -
		   bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
	process = bpf_map_lookup_elem(&musubi_listening, &listener);
	begin(sk, LISTENING, 0, process ?: &nobody);
}

/* Mostly in a soft interrupt, so the current process is any. */
static __always_inline void becomes_established(struct sock *sk, int old)
{
	struct young *young = young_of(address_of(sk));
	struct conn grown, *conn;
	struct edge *edge;
	bool asked;

	if (young) {
		conn = &grown;
		grow_up(conn, young, sk);
	} else {
		conn = create_storage(sk);
		if (!conn)
			return;
	}
	if (conn->stage == NEW) {
		/*
		 * It is older than this program. Whose it is, user space knows of what came through a listener; of
		 * what has asked, the walk or the end of it tells.
		 */
		conn->key.transport = IPPROTO_TCP;
		conn->stage = old == TCP_SYN_SENT ? ASKING : LISTENING;
	}
	if ((conn->stage != ASKING && conn->stage != LISTENING) || (conn->stage == ASKING && !conn->key.pid))
		return;
	asked = conn->stage == ASKING && conn->asked;
	edge = settle(conn, sk, 0);
	if (edge && asked)
		count_setup(edge, conn->asked);
	if (young)
		keep_young(young, conn);
}

static __always_inline enum failure failure_of(struct sock *sk)
{
	switch (sk->sk_err) {
	case ECONNREFUSED:
		return REFUSED;
	case ETIMEDOUT:
		return TIMEOUT;
	case ECONNRESET:
		return RESET;
	case EHOSTUNREACH:
		return HOST_UNREACHABLE;
	case ENETUNREACH:
		return NET_UNREACHABLE;
	case 0:
		/* Closed by its own process (net/ipv4/tcp.c, __tcp_close); else it never got as far as to ask. */
		return sk->sk_shutdown == SHUTDOWN_MASK ? CANCELLED : OTHER;
	}
	return OTHER;
}

static __always_inline void fails(struct conn *conn, struct sock *sk)
{
	struct edge *edge;
	enum failure failure = failure_of(sk);

	conn->stage = NEW;
	conn->key.direction = ASKED;
	put_ends(&conn->key, sk);
	put_ports(conn, sk);
	edge = edge_of(&conn->key);
	if (edge && failure < FAILURES)
		__sync_fetch_and_add(&edge->failed[failure], 1);
	trace_conn(conn, TRACE_FAILED, failure);
}

static __always_inline void end(struct conn *conn, struct sock *sk, int old, int new)
{
	struct tcp_sock *tcp;
	struct edge *edge;
	bool was_open;

	if (new == TCP_CLOSE && (old == TCP_SYN_SENT || old == TCP_SYN_RECV)) {
		if (conn->stage == ASKING)
			fails(conn, sk);
		return;
	}
	/*
	 * A program does not run while it is running on the same CPU: a soft interrupt in the midst of it may
	 * have cost this connection the event of its beginning. Then it is entered now, as is one whose process
	 * nobody has known so far, and which that process itself now ends.
	 */
	if (conn->stage == ASKING || conn->stage == LISTENING)
		/* Ended by the network, the current process is any (net/ipv4/tcp.c, tcp_done: not shut down as yet). */
		settle(conn, sk, new == TCP_CLOSE && sk->sk_shutdown != SHUTDOWN_MASK ? 0 : current_pid());
	tcp = bpf_skc_to_tcp_sock(sk);
	was_open = conn->open != OVER && __sync_lock_test_and_set(&conn->open, OVER) == OPEN;
	/* The second event of its end mostly brings nothing new. */
	if (!tcp || conn->stage != SETTLED || (!was_open && !has_traffic(conn, sk, tcp)))
		return;
	edge = edge_of(&conn->key);
	if (!edge)
		return;
	if (was_open) {
		__sync_fetch_and_add(&edge->open, -1);
		trace_conn(conn, TRACE_OVER, 0);
	}
	correct_received(edge, conn, received_payload(sk, tcp));
	enter_traffic(edge, conn, sk, tcp);
}

/* Closed both ways, with all sent: what may still come of it is that some is sent again. */
static __always_inline bool is_complete(struct sock *sk, struct tcp_sock *tcp)
{
	return sk->sk_shutdown == SHUTDOWN_MASK && tcp->snd_nxt == tcp->write_seq;
}

static __always_inline bool is_closing(int state)
{
	return state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

/* Tells whether it was the socket's. */
static __always_inline bool end_young(struct young *young, __u64 address, struct sock *sk, int old, int new)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u64 place = young->sk;
	struct conn conn;

	if (!tcp)
		return false;
	grow_up(&conn, young, sk);
	if (new != TCP_CLOSE && place == address && is_complete(sk, tcp)) {
		conn.retransmits = tcp->total_retrans;
		end(&conn, sk, old, new);
		return true;
	}
	if (new != TCP_CLOSE) {
		if (!change_place(young, place, address | ENDING))
			return false;
		end(&conn, sk, old, new);
		keep_young(young, &conn);
		return true;
	}
	if (is_closing(old) && !(place & ENDING)) {
		/* It was complete when it began to close. */
		conn.stage = SETTLED;
		conn.open = OVER;
		conn.transmitted = tcp->bytes_sent - tcp->bytes_retrans;
		conn.received = received_payload(sk, tcp);
		young->sk = 0;
	} else if (!change_place(young, place, 0)) {
		return false;
	}
	end(&conn, sk, old, new);
	return true;
}

static __always_inline void ends(struct sock *sk, int old, int new)
{
	__u64 address = address_of(sk);
	struct young *young;
	struct conn *conn;

	if (old == TCP_LISTEN) {
		bpf_map_delete_elem(&musubi_listening, &address);
		return;
	}
	young = young_of(address);
	if (young && end_young(young, address, sk, old, new))
		return;
	conn = storage_of(sk);
	if (conn)
		end(conn, sk, old, new);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(musubi_tcp_state, struct sock *sk, int old, int new)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	switch (new) {
	case TCP_SYN_SENT:
		asks(sk);
		break;
	case TCP_LISTEN:
		listens(sk);
		break;
	case TCP_SYN_RECV:
		if (old == TCP_LISTEN)
			is_asked(sk);
		break;
	case TCP_ESTABLISHED:
		becomes_established(sk, old);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
	case TCP_CLOSE:
		ends(sk, old, new);
		break;
	}
	return 0;
}

/* ---- UDP ---- */

/* As long as no one has spoken for this time, whoever speaks next asks anew. */
#define SILENCE_NS (180 * 1000000000ull)
#define SECOND_NS 1000000000ull

struct talk_key {
	__u64 socket; /* its cookie; 0 for any of those on this port */
	__u32 netns;
	__u16 port;
	__u16 peer_port;
	struct address peer;
};

struct talk {
	__u64 last; /* ns since boot, to the second */
	__u32 direction;
	__u32 pad;
};

enum { TALKS = 32768 };

/*
 * Who began each conversation of unconnected sockets: once for the socket, which counts it, and once for its port,
 * as the answer may leave by another socket than the one that heard the question.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TALKS);
	__type(key, struct talk_key);
	__type(value, struct talk);
} musubi_talks SEC(".maps");

/* How many began in this and the last stretch of SILENCE_NS: whether the table may have forgotten live ones. */
struct pressure {
	__u64 since;
	__u64 now;
	__u64 before;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pressure);
} musubi_pressure SEC(".maps");

static __always_inline bool is_forgetful(__u64 now)
{
	struct pressure *pressure = lookup_first(&musubi_pressure);

	if (!pressure)
		return true;
	if (now - pressure->since > SILENCE_NS) {
		pressure->before = now - pressure->since > 2 * SILENCE_NS ? 0 : pressure->now;
		pressure->now = 0;
		pressure->since = now;
	}
	__sync_fetch_and_add(&pressure->now, 1);
	return pressure->now + pressure->before > TALKS / 4;
}

enum { SOCK_BROADCAST = 7, SOCK_BINDPORT_LOCK = 8 }; /* include/net/sock.h */

/* Whether a process chose the port (bind(2)), as servers do; the kernel chooses for those who just ask. */
static __always_inline bool has_chosen_port(struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_BINDPORT_LOCK;
}

/*
 * Whether what this socket did before the program saw it may decide: it is older, and what it hears now may be
 * the answer to what it asked then. Answers take less time than this doubt lasts.
 */
static __always_inline bool unsure(struct conn *conn, __u64 now)
{
	struct control *control = lookup_first(&musubi_control);

	return !control || !control->seeded || (conn->old && now < control->sure_after);
}

static __always_inline struct conn *udp_conn(void *sk)
{
	struct control *control = lookup_first(&musubi_control);
	struct conn *conn = bpf_sk_storage_get(&musubi_conns, sk, NULL, 0);

	if (conn)
		return conn;
	conn = bpf_sk_storage_get(&musubi_conns, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!conn) {
		count_health(1, 0);
		return NULL;
	}
	conn->old = !control || !control->seeded;
	conn->key.transport = IPPROTO_UDP;
	return conn;
}

/* The verifier lets a program of each family read its own family's address only. */
static __always_inline void put_peer(struct address *to, struct bpf_sock_addr *ctx, int family)
{
	if (family == AF_INET6) {
		to->word[0] = ctx->user_ip6[0];
		to->word[1] = ctx->user_ip6[1];
		to->word[2] = ctx->user_ip6[2];
		to->word[3] = ctx->user_ip6[3];
	} else {
		put_ipv4(to, ctx->user_ip4);
	}
}

static __always_inline void put_own(struct address *to, struct bpf_sock *sk, bool ipv4)
{
	if (sk->family == AF_INET6) {
		to->word[0] = sk->src_ip6[0];
		to->word[1] = sk->src_ip6[1];
		to->word[2] = sk->src_ip6[2];
		to->word[3] = sk->src_ip6[3];
		if (ipv4 && is_any(to))
			put_ipv4(to, 0);
	} else {
		put_ipv4(to, sk->src_ip4);
	}
}

/* One datagram of an unconnected socket, said to a peer or heard from it: counts the conversations it begins. */
static __always_inline int talk(struct bpf_sock_addr *ctx, int family, bool said)
{
	struct bpf_sock *bpf_sk = ctx->sk;
	struct talk_key talk_key = {}, port_key;
	struct edge_key key = { .transport = IPPROTO_UDP };
	__u64 now = bpf_ktime_get_ns();
	struct talk *known, fresh = {};
	struct conn *conn;
	struct sock *sk;
	struct edge *edge;
	bool chosen, group, forgetful;

	if (ctx->protocol != IPPROTO_UDP || !bpf_sk)
		return 1;
	sk = kernel_view(bpf_sk);
	put_peer(&talk_key.peer, ctx, family);
	talk_key.peer_port = bpf_ntohs(ctx->user_port);
	talk_key.port = bpf_sk->src_port;
	talk_key.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	talk_key.socket = bpf_get_socket_cookie(ctx);

	known = bpf_map_lookup_elem(&musubi_talks, &talk_key);
	if (known && now - known->last < SILENCE_NS) {
		if (now - known->last > SECOND_NS)
			known->last = now;
		return 1;
	}
	/* A connected socket is counted as such. */
	if (bpf_sk->state == TCP_ESTABLISHED)
		return 1;
	conn = udp_conn(bpf_sk);
	if (!conn)
		return 1;

	chosen = has_chosen_port(sk);
	forgetful = is_forgetful(now);
	group = is_group(&talk_key.peer) ||
		(said && BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << SOCK_BROADCAST));
	if (said && group)
		conn->group = 1;
	port_key = talk_key;
	port_key.socket = 0;
	known = bpf_map_lookup_elem(&musubi_talks, &port_key);
	if (known && now - known->last < SILENCE_NS)
		key.direction = known->direction;
	else if (said)
		key.direction = !chosen ? ASKED
				: unsure(conn, now) || (forgetful && conn->served) ? UNKNOWN
										    : ASKED;
	else if (conn->group || unsure(conn, now) || (forgetful && conn->asked))
		key.direction = UNKNOWN;
	else
		key.direction = SERVED;
	/*
	 * A socket whose port the kernel chose hears answers; from another port than it asked, as well (TFTP). It
	 * serves where it has never asked and someone found it all the same.
	 */
	if (!chosen && (key.direction == UNKNOWN || (key.direction == SERVED && conn->asked)))
		return 1;
	if (key.direction == SERVED)
		conn->served = 1;
	else if (key.direction == ASKED)
		conn->asked = now;

	fresh.last = now;
	fresh.direction = key.direction;
	bpf_map_update_elem(&musubi_talks, &talk_key, &fresh, BPF_ANY);
	bpf_map_update_elem(&musubi_talks, &port_key, &fresh, BPF_ANY);
	/* An answer, by another socket than the question's: it has been counted there. */
	if (key.direction == (said ? SERVED : ASKED))
		return 1;

	key.remote = talk_key.peer;
	put_own(&key.local, bpf_sk, is_ipv4(&key.remote));
	key.netns = talk_key.netns;
	put_process(&key);
	key.port = key.direction == ASKED ? talk_key.peer_port : talk_key.port;
	edge = edge_of(&key);
	if (edge)
		__sync_fetch_and_add(&edge->opened, 1);
	if (is_tracing()) {
		struct trace trace = { .state = TRACE_OVER, .counted = 1 };

		leave_trace(&key, talk_key.port, talk_key.peer_port, &trace);
	}
	return 1;
}

SEC("cgroup/sendmsg4")
int musubi_udp_says4(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET, true);
}

SEC("cgroup/sendmsg6")
int musubi_udp_says6(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET6, true);
}

SEC("cgroup/recvmsg4")
int musubi_udp_hears4(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET, false);
}

SEC("cgroup/recvmsg6")
int musubi_udp_hears6(struct bpf_sock_addr *ctx)
{
	return talk(ctx, AF_INET6, false);
}

static __always_inline void leave_udp(struct conn *conn)
{
	leave(conn);
	if (conn->stage == SETTLED)
		trace_conn(conn, TRACE_OVER, 0);
}

/*
 * Connecting a UDP socket sends nothing: resolvers do it to learn which address the kernel would send from. So
 * here is only noted who does; it counts once something has come back, or once two walks have met it.
 */
static __always_inline int udp_connects(struct bpf_sock_addr *ctx, int family)
{
	struct bpf_sock *bpf_sk = ctx->sk;
	struct talk_key talk_key = {};
	struct conn *conn, fresh = { .stage = ASKING };
	struct talk *known;
	struct sock *sk;

	if (ctx->protocol != IPPROTO_UDP || !bpf_sk)
		return 1;
	conn = udp_conn(bpf_sk);
	if (!conn)
		return 1;
	leave_udp(conn);
	sk = kernel_view(bpf_sk);
	fresh.old = conn->old;
	fresh.asked = conn->asked;
	fresh.served = conn->served;
	fresh.group = conn->group;
	fresh.key.transport = IPPROTO_UDP;
	fresh.key.direction = ASKED;
	put_process(&fresh.key);
	if (has_chosen_port(sk)) {
		put_peer(&talk_key.peer, ctx, family);
		talk_key.peer_port = bpf_ntohs(ctx->user_port);
		talk_key.port = bpf_sk->src_port;
		talk_key.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
		known = bpf_map_lookup_elem(&musubi_talks, &talk_key);
		fresh.key.direction = known ? known->direction : UNKNOWN;
		fresh.repeat = !!known;
	}
	*conn = fresh;
	return 1;
}

SEC("cgroup/connect4")
int musubi_udp_connects4(struct bpf_sock_addr *ctx)
{
	return udp_connects(ctx, AF_INET);
}

SEC("cgroup/connect6")
int musubi_udp_connects6(struct bpf_sock_addr *ctx)
{
	return udp_connects(ctx, AF_INET6);
}

/* A socket remembers the CPU that brought it a datagram while connected (net/ipv4/udp.c); -1 before the first. */
static __always_inline bool has_heard(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_incoming_cpu) != -1;
}

static __always_inline void put_ends_probed(struct edge_key *key, struct sock *sk)
{
	struct in6_addr address;
	__u16 peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));

	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_rcv_saddr);
		__builtin_memcpy(&key->local, &address, sizeof(address));
		BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_daddr);
		__builtin_memcpy(&key->remote, &address, sizeof(address));
	} else {
		put_ipv4(&key->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		put_ipv4(&key->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	}
	key->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	key->port = key->direction == ASKED ? peer_port : BPF_CORE_READ(sk, __sk_common.skc_num);
	key->peer_port = key->direction == UNKNOWN ? peer_port : 0;
}

static __always_inline struct edge *settle_udp(struct conn *conn, struct sock *sk)
{
	struct edge *edge;
	__u32 stage = conn->stage;

	if (__sync_val_compare_and_swap(&conn->stage, stage, SETTLED) != stage)
		return NULL;
	put_ends_probed(&conn->key, sk);
	conn->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	conn->peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	edge = edge_of(&conn->key);
	if (edge && stage == ASKING && !conn->repeat) {
		__sync_fetch_and_add(&edge->opened, 1);
		conn->counted = 1;
	}
	return edge;
}

SEC("cgroup/sock_release")
int musubi_udp_ends(struct bpf_sock *ctx)
{
	struct conn *conn;
	struct sock *sk;

	if (ctx->protocol != IPPROTO_UDP)
		return 1;
	conn = bpf_sk_storage_get(&musubi_conns, ctx, NULL, 0);
	if (!conn)
		return 1;
	sk = kernel_view(ctx);
	if (conn->stage == ASKING && ctx->state == TCP_ESTABLISHED && has_heard(sk))
		settle_udp(conn, sk);
	leave_udp(conn);
	return 1;
}

/* ---- Unix sockets ---- */

struct unix_ask {
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u32 name_length;
	char name[112];
};

/* Calls of connect(2) to a name. The kernel does not tell whether they succeeded: user space knows who listens. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, struct unix_ask);
	__type(value, __u64);
} musubi_unix SEC(".maps");

/* Since Linux 6.7; not loaded before. */
SEC("cgroup/connect_unix")
int musubi_unix_asks(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_addr_kern *call = kernel_view(ctx);
	struct unix_ask ask = {};
	struct edge_key key = {};
	__u64 none = 0, *count;
	struct sock *sk;
	__u32 length;
	char first = 0;
	void *name;
	long read;

	if ((ctx->type != SOCK_STREAM && ctx->type != SOCK_SEQPACKET) || !ctx->sk)
		return 1;
	sk = kernel_view(ctx->sk);
	name = BPF_CORE_READ(call, uaddr) + sizeof(__u16);
	length = BPF_CORE_READ(call, uaddrlen) - sizeof(__u16);
	if (length == 0 || length > MAX_NAME)
		return 1;
	bpf_probe_read_kernel(&first, 1, name);
	/* A path ends at a zero byte or with the address; an abstract name goes to its end, zero bytes and all. */
	if (first) {
		read = bpf_probe_read_kernel_str(ask.name, length + 1, name);
		ask.name_length = read > 0 ? read - 1 : 0;
	} else {
		bpf_probe_read_kernel(ask.name, length, name);
		ask.name_length = length;
	}
	ask.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	put_process(&key);
	ask.pid = key.pid;
	ask.image = key.image;
	count = bpf_map_lookup_elem(&musubi_unix, &ask);
	if (!count) {
		/* Another thread may be as far, on another CPU. */
		bpf_map_update_elem(&musubi_unix, &ask, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&musubi_unix, &ask);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		count_health(1, 0);
	return 1;
}

/* ---- The walk over all open files ---- */

static __always_inline void count_socket(void)
{
	struct health *health = lookup_first(&musubi_health);

	if (health)
		health->sockets++;
}

/* What of one socket does not depend on which of its holders is being walked over. */
static __always_inline bool is_met(struct conn *conn, __u32 walk)
{
	if (conn->walk == walk)
		return true;
	conn->walk = walk;
	count_socket();
	return false;
}

/*
 * Who asked for a connection older than this program. An accepted socket inherits its listener's backlog; one
 * that asked has none. A listener may have none either (listen(fd, 0)): then the kernel's count of bytes
 * acknowledged tells, which includes the SYN of the one who asked, once nothing is on its way.
 */
static __always_inline enum direction direction_of(struct sock *sk, struct tcp_sock *tcp)
{
	__u64 payload = tcp->bytes_sent - tcp->bytes_retrans;

	if (sk->sk_max_ack_backlog)
		return SERVED;
	return tcp->snd_una == tcp->snd_nxt && tcp->bytes_acked == payload ? SERVED : ASKED;
}

static __always_inline bool is_open(int state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
}

static __always_inline int meet_listener(struct bpf_iter__task_file *ctx, struct sock *sk, struct conn *conn,
					 __u32 walk, __u32 pid, __u8 transport)
{
	struct sock_common *common = &sk->__sk_common;
	struct listener_row row = { .kind = ROW_LISTENER };

	if (conn->walk == walk)
		return 0;
	/*
	 * The first of its holders, by pid, is the leader of those who share it. But not init, which holds it for
	 * socket activation alone: its row counts only where there is no other.
	 */
	if (conn->key.pid != pid && (pid != 1 || !conn->key.pid)) {
		conn->key.pid = pid;
		conn->key.image = 0;
	}
	row.transport = transport;
	row.netns = common->skc_net.net->ns.inum;
	row.pid = pid;
	row.port = common->skc_num;
	row.ipv6_only = BPF_CORE_READ_BITFIELD_PROBED(common, skc_ipv6only);
	if (common->skc_family == AF_INET6)
		put_ipv6(&row.local, &common->skc_v6_rcv_saddr);
	else
		put_ipv4(&row.local, common->skc_rcv_saddr);
	/* Out of room: the kernel comes again with the same file. */
	if (bpf_seq_write(ctx->meta->seq, &row, sizeof(row)) == 0 && pid != 1)
		is_met(conn, walk);
	return 0;
}

/* Gives the connection once it has moved to its socket. */
static __always_inline struct conn *meet_young(struct young *young, struct sock *sk, int state)
{
	__u64 address = address_of(sk), now = bpf_ktime_get_ns();
	struct conn conn;

	if (!is_open(state) && state != TCP_CLOSE)
		return NULL;
	if (young->sk == address) {
		young->met = now;
		if (change_place(young, address, address | MET))
			count_socket();
		return NULL;
	}
	if (young->sk != (address | MET) || now - young->met < SECOND_NS)
		return NULL;
	if (is_open(state))
		return move(young, sk, address);
	/* It is closed until the event of its beginning is over. If it was a second ago, its end was missed. */
	grow_up(&conn, young, sk);
	if (change_place(young, address | MET, 0))
		leave(&conn);
	return NULL;
}

static __always_inline int meet_tcp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 walk, __u32 pid)
{
	int state = sk->__sk_common.skc_state;
	struct conn *conn = storage_of(sk);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct young *young;
	struct edge *edge;

	if (!tcp)
		return 0;
	if (!conn || conn->stage == NEW) {
		young = young_of(address_of(sk));
		if (young) {
			conn = meet_young(young, sk, state);
			if (!conn)
				return 0;
		}
	}
	if (!conn) {
		struct conn found = {};

		if (!is_open(state) && state != TCP_LISTEN && state != TCP_SYN_SENT)
			return 0;
		found.key.transport = IPPROTO_TCP;
		found.key.pid = pid;
		found.stage = state == TCP_LISTEN ? LISTENING : state == TCP_SYN_SENT ? ASKING : FOUND;
		if (found.stage == FOUND) {
			found.key.direction = direction_of(sk, tcp);
			found.transmitted = tcp->bytes_sent - tcp->bytes_retrans;
			found.received = received_payload(sk, tcp);
			found.retransmits = tcp->total_retrans;
			put_ends(&found.key, sk);
			put_ports(&found, sk);
		}
		conn = bpf_sk_storage_get(&musubi_conns, sk, &found, BPF_SK_STORAGE_GET_F_CREATE);
		if (!conn) {
			count_health(1, 0);
			return 0;
		}
		/* Counted at the next walk: by then, whatever ended it meanwhile has been told. */
		if (state != TCP_LISTEN)
			return 0;
	}
	if (state == TCP_LISTEN) {
		meet_listener(ctx, sk, conn, walk, pid, IPPROTO_TCP);
		note_listener(address_of(sk), &conn->key);
		return 0;
	}
	if (is_met(conn, walk))
		return 0;
	if (!is_open(state)) {
		/* Its end was missed, see `end`. */
		if (state == TCP_CLOSE)
			leave(conn);
		return 0;
	}
	if (conn->stage == FOUND) {
		conn->stage = SETTLED;
		edge = edge_of(&conn->key);
		if (edge)
			enter(conn, edge);
	} else if (conn->stage == ASKING || conn->stage == LISTENING) {
		settle(conn, sk, pid);
	}
	if (conn->stage != SETTLED || conn->open != OPEN)
		return 0;
	if (!conn->traced)
		trace_conn(conn, TRACE_OPEN, 0);
	edge = edge_of(&conn->key);
	if (!edge)
		return 0;
	enter_traffic(edge, conn, sk, tcp);
	if (edge->walk != walk) {
		edge->walk = walk;
		edge->rtt_sum = 0;
		edge->rtt_count = 0;
	}
	if (tcp->srtt_us) {
		edge->rtt_sum += tcp->srtt_us >> 3;
		edge->rtt_count++;
	}
	return 0;
}

/* Its TCP connections have no files of their own: only what is opened since this program came is told of them. */
static __always_inline int meet_mptcp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 walk, __u32 pid)
{
	struct conn *conn;

	if (sk->__sk_common.skc_state != TCP_LISTEN)
		return 0;
	conn = create_storage(sk);
	return conn ? meet_listener(ctx, sk, conn, walk, pid, IPPROTO_TCP) : 0;
}

static __always_inline int meet_udp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 walk, __u32 pid)
{
	struct control *control = lookup_first(&musubi_control);
	struct conn *conn = bpf_sk_storage_get(&musubi_conns, sk, NULL, 0);
	bool chosen = has_chosen_port(sk);
	struct edge *edge;

	if (!conn) {
		struct conn found = { .stage = FOUND };

		found.old = !control || !control->seeded;
		found.key.transport = IPPROTO_UDP;
		found.key.pid = pid;
		found.key.direction = chosen ? UNKNOWN : ASKED;
		conn = bpf_sk_storage_get(&musubi_conns, sk, &found, BPF_SK_STORAGE_GET_F_CREATE);
		if (!conn) {
			count_health(1, 0);
			return 0;
		}
	}
	if (sk->__sk_common.skc_state != TCP_ESTABLISHED) {
		if (conn->open == OPEN)
			leave(conn);
		if (chosen)
			return meet_listener(ctx, sk, conn, walk, pid, IPPROTO_UDP);
		is_met(conn, walk);
		return 0;
	}
	if (is_met(conn, walk))
		return 0;
	conn->seen++;
	if (conn->open != NOT_COUNTED || (conn->seen < 2 && !has_heard(sk)))
		return 0;
	if (conn->stage == ASKING || conn->stage == FOUND) {
		edge = settle_udp(conn, sk);
		if (edge) {
			enter(conn, edge);
			trace_conn(conn, TRACE_OPEN, 0);
		}
	}
	return 0;
}

static __always_inline int meet_unix(struct bpf_iter__task_file *ctx, struct sock *sk, __u64 inode, __u32 pid)
{
	struct unix_sock *unix = (struct unix_sock *)sk;
	struct unix_address *name = BPF_CORE_READ(unix, addr);
	struct unix_sock *peer = (struct unix_sock *)BPF_CORE_READ(unix, peer);
	int type = sk->sk_type, state = sk->__sk_common.skc_state;
	struct unix_row row = { .kind = ROW_UNIX };
	__u32 length;

	if (type != SOCK_STREAM && type != SOCK_SEQPACKET)
		return 0;
	if (state != TCP_LISTEN && (state != TCP_ESTABLISHED || !peer))
		return 0;
	/* The other end is closed (net/unix/af_unix.c, unix_release_sock). */
	if (state != TCP_LISTEN && sk->sk_shutdown == SHUTDOWN_MASK)
		return 0;
	row.name_id = (__u64)name;
	row.peer_name_id = peer ? (__u64)BPF_CORE_READ(peer, addr) : 0;
	if (!row.name_id && !row.peer_name_id)
		return 0; /* socketpair(2) */
	row.netns = sk->__sk_common.skc_net.net->ns.inum;
	row.pid = pid;
	row.listens = state == TCP_LISTEN;
	row.socket = (__u64)sk;
	row.peer = (__u64)peer;
	row.inode = inode;
	if (name) {
		length = BPF_CORE_READ(name, len) - sizeof(__u16);
		if (length > sizeof(row.name))
			length = sizeof(row.name);
		bpf_probe_read_kernel(row.name, length, (void *)name + bpf_core_field_offset(struct unix_address, name) +
							       sizeof(__u16));
		row.name_length = length;
	}
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

SEC("iter/task_file")
int musubi_walk(struct bpf_iter__task_file *ctx)
{
	struct control *control = lookup_first(&musubi_control);
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file || !control)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	switch (sk->__sk_common.skc_family) {
	case AF_INET:
	case AF_INET6:
		if (sk->sk_protocol == IPPROTO_TCP)
			return meet_tcp(ctx, sk, control->walk, task->tgid);
		if (sk->sk_protocol == IPPROTO_MPTCP)
			return meet_mptcp(ctx, sk, control->walk, task->tgid);
		/* A raw socket may be one for UDP as well, and hears what is said to others. */
		if (sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM)
			return meet_udp(ctx, sk, control->walk, task->tgid);
		return 0;
	case AF_UNIX:
		return meet_unix(ctx, sk, file->f_inode->i_ino, task->tgid);
	}
	return 0;
}
