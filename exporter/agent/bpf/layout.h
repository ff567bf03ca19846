/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What user space reads and writes. Its twin is exporter/agent/capture/ebpf/layout.ts. */
#pragma once

#include "kernel.h"

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
	__u32 complete;   /* up to the root */
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

struct unix_ask {
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u32 name_length;
	char name[112];
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
